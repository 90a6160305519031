/** Ways in and ways out: a jump host, a login's home, an update killed in the middle. */
import { existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

/** One instance on rpi1 that runs a file of the code. */
function withCodeOnRpi1(): void {
  bed.writeCode("main.py", "import time; print('there', time.time(), flush=True); time.sleep(1000)");
  const where = { code: { local_path: "code" }, placement: { a: "rpi1" } };
  bed.write(sleepers(["a"], where, { command: ["python3", "main.py"] }));
}

const running = () => bed.left().processes.filter((line) => line.includes("import time")).length;

test("a node behind a jump host gets its commands and its code through it", async () => {
  bed = await TestBed.open({ scenario: sleepers([]) });
  const overlay = (name: string) => bed.lab.nodes.find((node) => node.name === name)!;
  const { ssh_key_path, host_key, ssh_user } = bed.connection("rpi2");
  const jump = {
    host: overlay("rpi2").address,
    ssh_port: overlay("rpi2").port,
    ssh_user,
    ssh_key_path,
    host_key,
  };
  bed.reconnect("rpi1", { jump_host: jump });
  withCodeOnRpi1();
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.log("rpi1", "a").length, { timeout: 60_000 }).toBe(1);
  expect(bed.connections("rpi2")).toBe(bed.connections("rpi1"));
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("a work directory in the login's home is made, used and removed", async () => {
  bed = await TestBed.open({ scenario: sleepers([]) });
  const name = basename(bed.folder);
  // Where a login begins, whatever $HOME is here.
  const home = userInfo().homedir;
  bed.reconnect("rpi1", { remote_work_dir: `~/${name}/work` });
  withCodeOnRpi1();
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  expect(readFileSync(join(home, name, "work", "logs", "hive-cluster", "a.log"), "utf8")).toMatch(/^there /);
  expect((await bed.destroy()).status).toBe(0);
  expect(existsSync(join(home, name))).toBe(false);
});

const diedAtWork =
  /^berth: pulumi process \d+ of \S+ died at work on this stack; its lock of \S+ is removed$/m;

test("an update killed while it checks, makes room or starts is finished by the next one, and so is a destroy", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } }) });
  for (const step of ["rpi1-preflight creating", "rpi1-roster creating", "a-start creating"]) {
    await bed.killEngineAt(step);
    const { status, output } = await bed.berth("up", "--yes", "--", "--skip-preview");
    expect(status, output).toBe(0);
    expect(output).toMatch(diedAtWork);
    expect(running()).toBe(2);
    await bed.killEngineAt("a-janitor deleting", ["destroy", "--yes", "--skip-preview"]);
    const destroyed = await bed.berth("destroy", "--yes", "--", "--skip-preview");
    expect(destroyed.status, destroyed.output).toBe(0);
    expect(destroyed.output).toMatch(diedAtWork);
    expect(bed.left()).toEqual(nothing);
  }
});
