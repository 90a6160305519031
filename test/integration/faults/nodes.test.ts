/**
 * What happens to a node while the engine works on it: the update or destroy ends by itself with an error that says what to do, the
 * same command again finishes, exactly one process runs, and destroy leaves nothing.
 */
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { Fault } from "../../../lab/isolated/faults";
import { enter } from "../../../lab/isolated/machine";
import type { Run } from "../../../lab/workspace";
import { describeIsolated } from "../../support/isolated-test";
import { ran } from "../../support/ran";
import { machines, nothing, sleepers, TestBed } from "../../support/test-bed";

describeIsolated("node faults", () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await TestBed.open({
      isolated: {},
      cluster: machines(["one", "two"]),
      scenario: sleepers(["a"], { code: { local_path: "code" }, placement: { a: "one" } }, { ram_gb: 0.1 }),
    });
    bed.writeCode("main.py", "print('code')");
  });
  afterAll(() => bed.close());
  // A test that failed leaves nothing to the next.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await bed.fault("heal", "one");
    await bed.fault("reboot", "one");
    await bed.destroy();
  });

  const running = () => bed.left().processes.filter((line) => line.includes("import time")).length;

  async function fails(run: Promise<Run>, message: RegExp): Promise<void> {
    const { status, output } = await run;
    expect(status, output).not.toBe(0);
    expect(output).toMatch(message);
  }
  /** The end of every test: the fault is over. */
  async function converges(): Promise<void> {
    await ran(bed.up());
    expect(running()).toBe(1);
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  }
  /** Starts a run, and causes something when the node runs a verb. */
  async function during(verb: string, run: () => Promise<Run>, happen: () => unknown): Promise<Run> {
    const ends = run();
    const ended = await Promise.race([ends, bed.verb("one", verb)]);
    if (ended) throw new Error(`it ended before ${verb}:\n${ended.output}`);
    await happen();
    return ends;
  }

  test("the connection is cut while each verb of up runs: every time up says so, and gets further", async () => {
    // So large that copying takes long enough to be caught.
    bed.writeCode("large", randomBytes(5_000_000).toString("hex"));
    for (const verb of ["preflight", "code", "roster", "start"])
      await fails(
        during(verb, bed.up, () => bed.sever("one")),
        verb === "code" ? /one-code/ : /ConnectionLost: one/,
      );
    await ran(bed.up());
    expect(running()).toBe(1);
  });

  test("the connection is cut while each verb of destroy runs: every time destroy says so, and gets further", async () => {
    for (const verb of ["stop", "purge"])
      await fails(
        during(verb, bed.destroy, () => bed.sever("one")),
        /ConnectionLost: one/,
      );
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
    bed.writeCode("large", "small");
  });

  test.each<[string, Fault, RegExp]>([
    ["loses its power", "kill", /ConnectionLost: one/],
    ["loses its network", "cut", /ConnectionLost: one/],
    ["hangs", "hang", /ConnectionLost: one|DeadlineExceeded: one/],
  ])("the node %s during start: up ends by itself, and again finishes", async (_, fault, message) => {
    await fails(
      during("start", bed.up, () => bed.fault(fault, "one")),
      message,
    );
    await bed.fault("heal", "one");
    if (fault === "kill") await bed.fault("reboot", "one");
    await converges();
  });

  test("a node that loses its power while all runs: up starts once again what is gone, destroy leaves nothing", async () => {
    await ran(bed.up());
    await bed.fault("reboot", "one");
    expect(running()).toBe(0);
    expect((await bed.berth("status")).output).toMatch(/^a +one +(?!running)/m);
    await ran(bed.pulumi("up", "--yes", "--skip-preview", "--replace", "**::a-start"));
    expect(running()).toBe(1);
    await bed.fault("reboot", "one");
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  });

  test("a full disk is an error by name before anything starts, and keeps no destroy", async () => {
    await bed.fault("fill-disk", "one");
    await fails(bed.up(), /DiskFull: node one has /);
    expect(running()).toBe(0);
    await bed.fault("heal", "one");
    await ran(bed.up());
    await bed.fault("fill-disk", "one");
    await ran(bed.destroy());
    await bed.fault("heal", "one");
    expect(bed.left()).toEqual(nothing);
  });

  test("a machine with another host key is not touched, and neither is what runs", async () => {
    await ran(bed.up());
    const { host_key } = bed.connection("one");
    bed.reconnect("one", { host_key: bed.connection("two").host_key });
    bed.write(sleepers(["a", "b"], { placement: { a: "one", b: "one" } }, { ram_gb: 0.1 }));
    await fails(bed.up(), /HostKeyMismatch: one/);
    expect(running()).toBe(1);
    bed.reconnect("one", { host_key });
    bed.write(sleepers(["a"], { code: { local_path: "code" }, placement: { a: "one" } }, { ram_gb: 0.1 }));
    await converges();
  });

  test("a login whose key was taken away is an error by name; with a new key nothing is started anew", async () => {
    const log = () => bed.log("one", "a").length;
    await ran(bed.up());
    const accepted = join(bed.machine("one").folder, "sshd", "client_key.pub");
    const [own, other] = [
      readFileSync(accepted, "utf8"),
      readFileSync(accepted.replace("/one/", "/two/"), "utf8"),
    ];
    const changed = sleepers(
      ["a", "b"],
      { code: { local_path: "code" }, placement: { a: "one", b: "one" } },
      { ram_gb: 0.1 },
    );
    writeFileSync(accepted, other);
    bed.sever("one");
    bed.write(changed);
    await fails(bed.up(), /LoginRefused: one/);
    expect(running()).toBe(1);
    bed.reconnect("one", { ssh_key_path: bed.connection("two").ssh_key_path });
    await ran(bed.up());
    expect([running(), log()]).toEqual([2, 1]);
    writeFileSync(accepted, own);
    bed.reconnect("one", { ssh_key_path: accepted.replace(".pub", "") });
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
    bed.write(sleepers(["a"], { code: { local_path: "code" }, placement: { a: "one" } }, { ram_gb: 0.1 }));
  });

  test("a server that turns half of the connections away is asked again", async () => {
    await bed.restartSshd("one", ["MaxStartups 1:50:100"]);
    bed.sever("one");
    // One stranger who never logs in is enough for sshd to draw lots.
    const stranger = await new Promise<Socket>((resolve, reject) => {
      const socket = connect(22, bed.connection("one").host, () => resolve(socket)).on("error", reject);
    });
    try {
      // Six times the wrong lot is possible: then up says so, and again finishes.
      const { status, output } = await bed.up();
      if (status !== 0) {
        expect(output).toMatch(/CannotConnect: one/);
        await ran(bed.up());
      }
      expect(running()).toBe(1);
    } finally {
      stranger.destroy();
      await bed.restartSshd("one");
    }
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  });

  test("a clock that jumps ends nothing and starts nothing: restarts go on, status tells true times, destroy leaves nothing", async () => {
    enter(bed.machine("one"), ["/usr/bin/python3", "-c", installClock]);
    const clock = join(bed.machine("one").folder, "sshd", "clock");
    const log = () => bed.log("one", "a").map((line) => Number(line.split(" ")[1]));
    await ran(bed.up());
    for (const days of [-3, 3]) {
      writeFileSync(clock, `${days * 86_400}`);
      const before = log().length;
      const pid = bed
        .left()
        .processes.find((line) => line.includes("import time"))!
        .split(" ")[0];
      process.kill(Number(pid), "SIGKILL");
      await expect.poll(() => log().length, { timeout: 30_000 }).toBe(before + 1);
      expect(Math.round((log().at(-1)! - Date.now() / 1000) / 86_400)).toBe(days);
      expect((await bed.berth("status")).output).toMatch(/^a +one +running +\d+s /m);
      expect(running()).toBe(1);
      expect(await ran(bed.up())).toContain("unchanged");
    }
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  });
});

/**
 * Python: makes every Python of a node see a clock that is off by the seconds in a file; its other programs and its kernel see the
 * true one. (A time namespace shifts no wall clock, and libfaketime breaks Python's sleep.)
 */
const installClock = `import pathlib, site
folder = pathlib.Path(site.getsitepackages()[0])
folder.mkdir(parents=True, exist_ok=True)
(folder / "berth_clock.pth").write_text("import berth_clock")
(folder / "berth_clock.py").write_text("""import time
true_time = time.time
def jumped():
    try:
        with open("/run/berth-lab/clock") as file:
            return true_time() + float(file.read())
    except (OSError, ValueError):
        return true_time()
time.time = jumped
time.time_ns = lambda: int(jumped() * 1e9)
""")`;
