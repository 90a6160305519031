/**
 * A watch and what happens to its nodes, with the shipped experiments: their own databases show that no step of an instance was
 * made on two nodes at once. The nodes share this computer's clock, so that times of two databases can be compared.
 * Not shown: a coordinator whose own network is cut, and machines that sleep.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { describeIsolated } from "../support/isolated-test";
import { ran } from "../support/ran";
import { machines, TestBed } from "../support/test-bed";
import { TestWatch } from "../support/test-watch";

const nodes = ["one", "two", "three"];
const cluster = (failover: object, grace_seconds = 4) => {
  const health_check = { interval_seconds: 2, grace_seconds };
  return machines(nodes, { health_check, failover }, { ram_gb: 1, max_instances: 2 });
};
/** As many seconds that a loaded computer ends nothing for its slowness. */
const moving = { lease_seconds: 12 };

// A lost node costs half a minute by design, and a loaded computer takes many times that for its updates.
vi.setConfig({ testTimeout: 900_000, hookTimeout: 300_000 });

describeIsolated("watch", () => {
  let bed: TestBed;
  const watches: TestWatch[] = [];
  const watch = (...args: string[]): TestWatch => {
    const one = new TestWatch(bed.workspace, ...args);
    watches.push(one);
    return one;
  };
  const on = (node: string) => ({
    name: "watched",
    code: { local_path: "code" },
    instances: [
      {
        instance_id: "a",
        experiment_config_path: "configs/endless.json",
        ram_gb: 0.2,
        preferred_node: node,
      },
    ],
  });

  beforeAll(async () => {
    bed = await TestBed.open({ isolated: {}, cluster: cluster(moving), scenario: on("one") });
    // Their databases are what is looked at.
    await bed.configure("berth:purge", "false");
    cpSync("workloads/experiments", join(bed.folder, "code"), { recursive: true });
    const settings = JSON.parse(readFileSync("workloads/experiments/configs/player_A.json", "utf8"));
    const endless = { ...settings, step_seconds: 0.1, steps: 0, hold_mb: 1 };
    writeFileSync(join(bed.folder, "code", "configs", "endless.json"), JSON.stringify(endless));
  });
  afterAll(() => bed.close());
  afterEach(async () => {
    for (const one of watches.splice(0)) await one.kill();
    for (const node of nodes) {
      await bed.fault("heal", node);
      await bed.fault("reboot", node);
    }
    for (const node of gone()) await bed.berthOn("back", node);
    await bed.destroy();
    const { processes, stacks } = bed.left();
    for (const node of nodes) rmSync(join(bed.workDir(node), "logs"), { recursive: true, force: true });
    rmSync(join(bed.folder, "facts.json"), { force: true });
    bed.writeCluster(cluster(moving));
    expect([processes, stacks]).toEqual([[], []]);
  });

  const gone = (): string[] => {
    const folder = join(bed.folder, "workspace", "gone", "machines");
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const isLeased = (node: string) =>
    existsSync(join(bed.workDir(node), ".berth", "hive-cluster", "lease.json"));
  /** Times of the steps that an instance made on a node, from its database there. */
  function steps(node: string): number[] {
    const file = join(bed.workDir(node), "logs", "experiments.db");
    if (!existsSync(file)) return [];
    // A copy: SQLite does not find what lies in another mount namespace.
    const copy = join(bed.folder, "copy.db");
    copyFileSync(file, copy);
    rmSync(`${copy}-journal`, { force: true });
    if (existsSync(`${file}-journal`)) copyFileSync(`${file}-journal`, `${copy}-journal`);
    const program =
      "import sqlite3, sys, json; print(json.dumps([t for (t,) in sqlite3.connect(sys.argv[1]).execute('SELECT t FROM steps ORDER BY t')]))";
    const times: string[] = JSON.parse(execFileSync("python3", ["-c", program, copy], { encoding: "utf8" }));
    return times.map((time) => Date.parse(time));
  }
  /** The one after the other, never both at once. */
  function expectOneAfterTheOther(first: string, then: string): void {
    expect(steps(first).length).toBeGreaterThan(0);
    expect(steps(then).length).toBeGreaterThan(0);
    expect(steps(first).at(-1)!).toBeLessThan(steps(then)[0]!);
  }
  const placed = async () => (await bed.placements()).a!;
  const makesSteps = async (node: string) => {
    const before = steps(node).length;
    await expect.poll(() => steps(node).length, { timeout: 60_000 }).toBeGreaterThan(before);
  };

  test("a second checkout's watch is refused while the first renews the leases, and may start once that has ended", async () => {
    await ran(bed.up());
    const first = watch();
    await first.until("lease-armed", "one");
    // Another folder of its own is what another checkout has.
    const configFile = join(bed.folder, "second.yaml");
    const folder = join(bed.folder, "second-watch");
    const text = readFileSync(bed.workspace.configFile, "utf8");
    writeFileSync(
      configFile,
      text.replace(/^( *)berth:watch: .*$/m, (_line, indent) => `${indent}berth:watch: ${folder}`),
    );
    const elsewhere = { ...bed.workspace, configFile };
    const second = new TestWatch(elsewhere);
    watches.push(second);
    expect(await second.ended).toBe(2);
    expect(second.said).toMatch(
      /^berth: WatchedAlready: hive-cluster is watched already, by \S+@\S+:\S+ since 20\d\d-\S+; end that watch with Ctrl-C there\. If it was killed, wait \d+ s: then its lease is over$/m,
    );
    expect(second.all("lease-armed")).toEqual([]);
    expect(isLeased("one")).toBe(true);
    expect(await first.end()).toBe(0);
    const third = new TestWatch(elsewhere);
    watches.push(third);
    await third.until("lease-armed", "one");
    expect(await third.end()).toBe(0);
  });

  test("a power cut: what the node had runs elsewhere, and it is used again when it is steady", async () => {
    await ran(bed.up());
    const one = watch();
    await one.until("lease-armed", "one");
    expect(isLeased("one")).toBe(true);
    // There is one watch of a stack.
    const second = watch();
    await expect(second.until("watch-begun")).rejects.toThrow(
      /hive-cluster is watched already, by process \d+;/,
    );
    await bed.fault("kill", "one");
    const begun = await one.until("failover-begun");
    expect(begun).toMatchObject({ nodes: ["one"], instances: ["a"], text: "a leaves one" });
    await one.until("failover-done");
    const now = await placed();
    expect([now, gone()]).toEqual([expect.stringMatching(/two|three/), ["one"]]);
    await makesSteps(now);
    expectOneAfterTheOther("one", now);
    await bed.fault("reboot", "one");
    expect((await one.until("node-cleared", "one")).text).toContain("stop hive-cluster/a");
    await one.until("node-returned", "one");
    expect(gone()).toEqual([]);
    expectOneAfterTheOther("one", now);
    // Nothing moves back, and who ends a watch ends no experiment.
    expect(await placed()).toBe(now);
    expect(await one.end()).toBe(0);
    expect([isLeased("two"), isLeased("three")]).toEqual([false, false]);
    await makesSteps(now);
    expect(one.all("failover-begun")).toHaveLength(1);
  });

  test("a partition: the node ends what it runs before that runs elsewhere; a heal, and another cut, bring it no second time", async () => {
    // It is steady after as long: time to cut it before, however long a loaded computer takes to clear it.
    bed.writeCluster(cluster(moving, 20));
    await ran(bed.up());
    const one = watch();
    await one.until("lease-armed", "one");
    await bed.fault("cut", "one");
    await one.until("failover-done");
    const now = await placed();
    await makesSteps(now);
    expectOneAfterTheOther("one", now);
    await bed.fault("heal", "one");
    const healed = one.events.length;
    await one.until("node-cleared", "one", healed);
    // Not steady yet: it is not used, and what it gave up stays where it is.
    await bed.fault("cut", "one");
    await one.until("node-silent", "one", healed);
    expect([gone(), one.all("node-returned")]).toEqual([["one"], []]);
    await bed.fault("heal", "one");
    await one.until("node-returned", "one");
    await makesSteps(now);
    expectOneAfterTheOther("one", now);
    expect([one.all("failover-begun").length, await placed()]).toEqual([1, now]);
    expect(await one.end()).toBe(0);
  });

  test("a coordinator killed in the middle of a failover: the next watch goes on; without one, what runs ends with its lease", async () => {
    await ran(bed.up());
    const first = watch();
    await first.until("lease-armed", "one");
    await bed.fault("cut", "one");
    await first.until("failover-begun");
    await first.kill();
    const second = watch();
    await second.until("failover-done");
    const now = await placed();
    await makesSteps(now);
    expectOneAfterTheOther("one", now);
    await bed.fault("heal", "one");
    await second.until("node-returned", "one");
    expectOneAfterTheOther("one", now);

    await second.kill();
    const state = async () => JSON.parse((await bed.berth("status", "--json")).output).instances[0].state;
    await expect.poll(state, { timeout: 120_000 }).toBe("fenced");
    const before = steps(now).length;
    expect((await bed.berth("drift")).output).toContain(
      `a on ${now} is fenced: nobody has watched it for longer than its lease`,
    );
    expect(steps(now)).toHaveLength(before);
    const third = watch();
    await third.until("instance-running", "a");
    await makesSteps(now);
    expect(third.all("failover-begun")).toEqual([]);
  });

  test("a node at 94 % of its memory, and one that is silent now and then, keeps what it has", async () => {
    // A server takes a loaded computer seconds to start, and each silence has to be shorter than this.
    bed.writeCluster(cluster(moving, 60));
    await ran(bed.up());
    const one = watch();
    await one.until("lease-armed", "one");
    const file = join(bed.machine("one").folder, "meminfo");
    const sound = readFileSync(file, "utf8");
    // In place: it is mounted.
    writeFileSync(
      file,
      sound.replace(/(MemAvailable: +)\d+/, (_, words) => `${words}${Math.floor((0.06 * 1e9) / 1024)}`),
    );
    expect((await one.until("node-degraded", "one")).text).toBe(
      "one is degraded: 94 % of its memory is used (1 % by Berth's instances)",
    );
    writeFileSync(file, sound);
    for (let flap = 0; flap < 3; flap++) {
      const before = one.events.length;
      await bed.silence("one");
      bed.sever("one");
      await one.until("node-silent", "one", before);
      await bed.restartSshd("one");
      await one.until("node-up", "one", before);
    }
    await makesSteps("one");
    expect([one.all("failover-begun"), gone(), await placed()]).toEqual([[], [], "one"]);
    expect(steps("two").length + steps("three").length).toBe(0);
  });

  test("a full disk: the node is degraded and keeps what it has, its lease goes on; where none can be written, that is said", async () => {
    const line =
      "import itertools as i, time; all(print(n, flush=True) or not time.sleep(0.2) for n in i.count())";
    const printer = {
      instance_id: "a",
      command: ["python3", "-c", line],
      ram_gb: 0.2,
      preferred_node: "one",
    };
    bed.write({ ...on("one"), instances: [printer] });
    await ran(bed.up());
    const one = watch();
    await one.until("lease-armed", "one");
    const pid = async () => JSON.parse(await ran(bed.berth("status", "--json"))).instances[0].pid;
    const before = await pid();
    await bed.fault("fill-disk", "one");
    expect((await one.until("node-degraded", "one")).text).toContain("0.0 GB of its disk are free");
    // More than a lease.
    await sleep(20_000);
    const unwanted = [
      "lease-refused",
      "instance-fenced",
      "instance-died",
      "instance-restarted",
      "failover-begun",
    ] as const;
    expect(unwanted.flatMap((event) => one.all(event))).toEqual([]);
    expect([await pid(), gone(), await placed()]).toEqual([before, [], "one"]);
    expect(await one.end()).toBe(0);
    expect(isLeased("one")).toBe(false);

    // The lease has left room.
    await bed.fault("fill-disk", "one");
    const second = watch();
    expect((await second.until("lease-refused", "one")).text).toMatch(/^one: DiskFull: /);
    await bed.fault("heal", "one");
    await second.until("lease-armed", "one");
    await second.until("node-up", "one");
    const lines = bed.log("one", "a").length;
    await expect.poll(() => bed.log("one", "a").length, { timeout: 60_000 }).toBeGreaterThan(lines);
    expect(await pid()).toBe(before);
    expect(await ran(bed.berth("drift"))).toBe("hive-cluster: what runs is what the state says\n");
    expect(await second.end()).toBe(0);
    bed.write(on("one"));
  });

  test("with auto_restart: false a lost node is only reported, and nobody has a lease", async () => {
    bed.writeCluster(cluster({ auto_restart: false }));
    await ran(bed.up());
    const one = watch();
    await one.until("instance-started", "a");
    await bed.fault("kill", "one");
    expect((await one.until("failover-needed")).text).toBe(
      "failover.auto_restart is false; by hand:  ./berth gone one hive-cluster && ./berth up hive-cluster",
    );
    expect([gone(), await placed(), one.all("lease-armed"), isLeased("one")]).toEqual([[], "one", [], false]);
    expect(await one.end()).toBe(0);
  });
});
