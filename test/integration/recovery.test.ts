/** Edits that fail and are taken back, machines that are renamed, folders that move or vanish: what runs in the end is what is written. */
import { readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const running = () => bed.left().processes.filter((line) => line.includes("import time")).length;
const failing = { command: ["python3", "-c", "import time, sys; sys.exit(3)"] };

/** Sleepers on the nodes that `where` names; `each` by instance. */
function placed(where: Record<string, string>, each: Record<string, object> = {}): object {
  const scenario = sleepers(Object.keys(where), { placement: where });
  for (const instance of scenario.instances as { instance_id: string }[])
    Object.assign(instance, each[instance.instance_id]);
  return scenario;
}

async function upWith(scenario: object, succeeds = true): Promise<string> {
  bed.write(scenario);
  const { status, output } = await bed.up();
  expect(status === 0, output).toBe(succeeds);
  return output;
}

async function destroyed(): Promise<void> {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  expect(bed.left()).toEqual(nothing);
}

test("a change that fails leaves the former version running, and taking it back is all it takes", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "rpi1" }) });
  expect((await bed.up()).status).toBe(0);
  expect(await upWith(placed({ a: "rpi1" }, { a: failing }), false)).toContain(
    "the former version runs again",
  );
  expect(running()).toBe(1);
  expect(await upWith(placed({ a: "rpi1" }))).toContain("unchanged");
  expect(running()).toBe(1);
  await destroyed();
});

test("while one machine is not ready, nothing is ended on the others", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "host", b: "rpi1" }) });
  expect((await bed.up()).status).toBe(0);
  await bed.silence("rpi2");
  await upWith(placed({ a: "rpi2", c: "host", b: "rpi1" }), false);
  expect(running()).toBe(2);
  await upWith(placed({ a: "host", b: "rpi1" }));
  expect(running()).toBe(2);
});

test("what an update had ended before it failed runs again when the edit is taken back", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "jetson", b: "jetson" }) });
  expect((await bed.up()).status).toBe(0);
  await upWith(placed({ a: "host", c: "jetson", b: "jetson" }, { c: failing }), false);
  await upWith(placed({ a: "jetson", b: "jetson" }));
  expect(running()).toBe(2);
  await destroyed();
});

test("two instances that exchange their sizes on one node find room", async () => {
  const sizes = (a: number, b: number) =>
    placed({ a: "host", b: "host" }, { a: { ram_gb: a }, b: { ram_gb: b } });
  bed = await TestBed.open({ scenario: sizes(8, 16) });
  expect((await bed.up()).status).toBe(0);
  await upWith(sizes(16, 8));
  expect(running()).toBe(2);
  await destroyed();
});

test("a node that gets another name keeps its instances running", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "rpi1" }) });
  expect((await bed.up()).status).toBe(0);
  const cluster = join(bed.folder, "cluster.yaml");
  writeFileSync(
    cluster,
    readFileSync("stacks/clusters/brain-in-jar.yaml", "utf8").replace("name: rpi1", "name: pi-one"),
  );
  writeFileSync(bed.lab.connections, readFileSync(bed.lab.connections, "utf8").replace("rpi1:", "pi-one:"));
  await bed.configure("berth:cluster", cluster);
  await upWith(placed({ a: "pi-one" }));
  expect(running()).toBe(1);
  await destroyed();
});

test("another work directory is another place: the old one is left empty", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "rpi1" }) });
  expect((await bed.up()).status).toBe(0);
  const before = bed.workDir("rpi1");
  bed.reconnect("rpi1", { remote_work_dir: `${before}-new` });
  await upWith(placed({ a: "rpi1" }));
  expect(running()).toBe(0);
  expect(readFileSync(`${before}-new/logs/hive-cluster/a.log`, "utf8")).toMatch(/^awake/);
  await destroyed();
});

test("a node whose folder was removed is set up anew by the command that the refusal names", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "rpi1", b: "rpi2" }) });
  expect((await bed.up()).status).toBe(0);
  for (const line of bed.left().processes.filter((line) => line.includes("rpi1/work")))
    process.kill(Number(line.split(" ")[0]), "SIGKILL");
  rmSync(join(bed.workDir("rpi1"), ".berth"), { recursive: true });
  const changed = placed({ a: "rpi1", b: "rpi2" }, { a: { env: { A: "1" } } });
  expect(await upWith(changed, false)).toContain("--replace '**::<node>-preflight'");
  const { status, output } = await bed.pulumi(
    "up",
    "--yes",
    "--skip-preview",
    "--replace",
    "**::rpi1-preflight",
  );
  expect(status, output).toBe(0);
  expect(running()).toBe(2);
  await destroyed();
});

test("an instance that died for good is started by the command that status names", async () => {
  bed = await TestBed.open({ scenario: placed({ a: "rpi1" }, { a: { restart: { policy: "never" } } }) });
  expect((await bed.up()).status).toBe(0);
  for (const line of bed.left().processes.filter((line) => line.includes("import time")))
    process.kill(Number(line.split(" ")[0]), "SIGKILL");
  await expect
    .poll(async () => (await bed.berth("status")).output, { timeout: 15_000 })
    .toContain("./berth up hive-cluster -- --replace '**::a-start'");
  const { status, output } = await bed.berth("up", "--yes", "--", "--replace", "**::a-start");
  expect(status, output).toBe(0);
  expect(running()).toBe(1);
  await destroyed();
});

test("a code file that changed without its size and time is copied, and so are names that rsync takes for comments", async () => {
  bed = await TestBed.open({ scenario: sleepers([]) });
  const program = (word: string) =>
    `import time; print('${word}', open('#c').read(), open(';d').read(), flush=True); time.sleep(1000)`;
  const write = (word: string) => {
    bed.writeCode("main.py", program(word));
    utimesSync(join(bed.folder, "code", "main.py"), 1_700_000_000, 1_700_000_000);
  };
  bed.writeCode("#c", "sharp");
  bed.writeCode(";d", "semicolon");
  const scenario = sleepers(
    ["a"],
    { code: { local_path: "code" }, placement: { a: "rpi1" } },
    { command: ["python3", "main.py"] },
  );
  write("V1");
  await upWith(scenario);
  write("V2");
  await upWith(scenario);
  await expect
    .poll(() => bed.log("rpi1", "a"), { timeout: 60_000 })
    .toEqual(["V1 sharp semicolon", "V2 sharp semicolon"]);
  await destroyed();
});
