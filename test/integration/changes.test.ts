/** What an edit does to what runs: who is stopped, who is started, in which order, and who does not notice. */
import { appendFileSync, copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
/** Start times of an instance, from its own log: one number for each time it was started. */
const starts = (node: string, instance: string) =>
  bed.log(node, instance).map((line) => Number(line.split(" ")[1]));

async function upWith(scenario: object): Promise<string> {
  bed.write(scenario);
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  return output;
}

/** An update is done when programs run; what they say first may take them a moment. */
const toHaveStarted = (node: string, instance: string, times: number) =>
  expect.poll(() => starts(node, instance).length, { timeout: 60_000 }).toBe(times);

describe("an edit", () => {
  beforeAll(async () => {
    bed = await TestBed.open({ scenario: sleepers([]) });
  });
  beforeEach(async () => {
    await upWith(sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } }, { ram_gb: 6 }));
  });
  afterAll(async () => {
    const { status, output } = await bed.destroy();
    const left = bed.left();
    await bed.close();
    expect(status, output).toBe(0);
    expect(left).toEqual(nothing);
  });

  test("that swaps two instances on full nodes stops both before it starts either", async () => {
    const before = [starts("rpi1", "a").length, starts("rpi2", "b").length];
    await upWith(sleepers(["a", "b"], { placement: { a: "rpi2", b: "rpi1" } }, { ram_gb: 6 }));
    expect([starts("rpi1", "a").length, starts("rpi2", "b").length]).toEqual(before);
    await toHaveStarted("rpi2", "a", 1);
    await toHaveStarted("rpi1", "b", 1);
    expect(bed.left().processes.filter((line) => line.includes("import time")).length).toBe(2);
  });

  test("that removes one instance and adds another in its place stops the one first", async () => {
    await upWith(sleepers(["c", "b"], { placement: { c: "rpi1", b: "rpi2" } }, { ram_gb: 6 }));
    await toHaveStarted("rpi1", "c", 1);
    expect(bed.left().processes.filter((line) => line.includes("import time")).length).toBe(2);
  });

  test("of one instance restarts it once and no other", async () => {
    const before = [starts("rpi1", "a").length, starts("rpi2", "b").length] as const;
    const scenario = sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } }, { ram_gb: 6 });
    Object.assign(scenario.instances[0]!, { env: { COLOUR: 'it\'s "red"; $(touch /tmp/never)' } });
    await upWith(scenario);
    await toHaveStarted("rpi1", "a", before[0] + 1);
    expect(starts("rpi2", "b").length).toBe(before[1]);
  });

  test("of the way a node is reached restarts nothing", async () => {
    const before = starts("rpi1", "a").length;
    // The same machine by another name: 127.12 is short for 127.0.0.12.
    expect(bed.lab.nodes.find(({ name }) => name === "rpi1")!.address).toBe("127.0.0.12");
    const key = join(bed.folder, "another-path");
    copyFileSync(bed.connection("rpi1").ssh_key_path, key);
    bed.reconnect("rpi1", { host: "127.12", ssh_key_path: key });
    await upWith(sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" }, purge: false }, { ram_gb: 6 }));
    expect(starts("rpi1", "a").length).toBe(before);
  });

  test("of a comment changes nothing and contacts nobody", async () => {
    const connections = bed.connections();
    appendFileSync(join(bed.folder, "scenario.yaml"), "# as it should be\n");
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    expect(output).toContain("unchanged");
    expect(bed.connections()).toBe(connections);
  });
});

describe("an edit of the code", () => {
  test("is copied once, restarts what runs it once, and clears the old copy away", async () => {
    bed = await TestBed.open({ scenario: sleepers([]) });
    try {
      const scenario = sleepers(
        ["a"],
        { code: { local_path: "code", exclude: ["*.tmp"] } },
        { command: ["python3", "main.py"], preferred_node: "rpi1" },
      );
      bed.writeCode("main.py", "import time; print('first', time.time(), flush=True); time.sleep(1000)");
      await upWith(scenario);
      bed.writeCode("scratch.tmp", "excluded");
      const before = bed.connections();
      expect(await upWith(scenario)).toContain("unchanged");
      expect(bed.connections() - before).toBe(0);
      bed.writeCode("main.py", "import time; print('second', time.time(), flush=True); time.sleep(1000)");
      await upWith(scenario);
      await expect
        .poll(() => bed.log("rpi1", "a").map((line) => line.split(" ")[0]), { timeout: 60_000 })
        .toEqual(["first", "second"]);
      const copies = bed.left().files.filter((file) => /code\/[0-9a-f]{16}\/main.py$/.test(file));
      expect(copies.length).toBe(1);
      expect(existsSync(copies[0]!.replace("main.py", "scratch.tmp"))).toBe(false);
      expect((await bed.destroy()).status).toBe(0);
      expect(bed.left()).toEqual(nothing);
    } finally {
      await bed.close();
    }
  });
});
