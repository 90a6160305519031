/** `update.max_unavailable`: how many are down at once while new code reaches instances on several nodes. */
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const where = { a: "rpi1", b: "rpi2", c: "host", d: "host" };

/** Says when it is up and when it is asked to end, which takes it a moment. */
const program = (version: number) => `
import signal, sys, time
def end(*_):
    print("down", time.time(), flush=True)
    time.sleep(0.3)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("up", time.time(), "version ${version}", flush=True)
while True:
    time.sleep(1)
`;

const scenario = (update?: object) =>
  sleepers(
    Object.keys(where),
    { placement: where, code: { local_path: "code" }, ...(update && { update }) },
    { command: ["python3", "main.py"], ram_gb: 1 },
  );

async function upWith(update?: object): Promise<string> {
  bed.write(scenario(update));
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  return output;
}

/** Of each instance: when it went down and when it was up again. */
async function gaps(): Promise<{ from: number; to: number }[]> {
  const all = Object.entries(where).map(async ([instance, node]) => {
    const lines = () => bed.log(node, instance).map((line) => line.split(" "));
    await expect.poll(() => lines().map(([word]) => word), { timeout: 60_000 }).toEqual(["up", "down", "up"]);
    const [, down, up] = lines();
    return { from: Number(down![1]), to: Number(up![1]) };
  });
  return Promise.all(all);
}

test("with one, no two instances are ever down at once; how many they may be restarts nobody", async () => {
  bed = await TestBed.open({ scenario: sleepers([]) });
  bed.writeCode("main.py", program(1));
  await upWith({ max_unavailable: 2 });
  expect(await upWith({ max_unavailable: 1 })).toContain("unchanged");

  bed.writeCode("main.py", program(2));
  await upWith({ max_unavailable: 1 });
  const inOrder = (await gaps()).sort((one, other) => one.from - other.from);
  for (const [index, gap] of inOrder.entries())
    if (index > 0) expect(gap.from).toBeGreaterThan(inOrder[index - 1]!.to);

  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  expect(bed.left()).toEqual(nothing);
});
