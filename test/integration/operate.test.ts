/** The verbs that ask and act on machines that run: real sshd, real processes, some of them killed. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { processesOf } from "../support/processes-of";
import { ran } from "../support/ran";
import { nothing, sleepers, TestBed } from "../support/test-bed";

/** Milliseconds; each runs the engine several times. */
const longest = 900_000;

let bed: TestBed;
afterEach(() => bed.close());

const on = (where: Record<string, string>) => sleepers(Object.keys(where), { placement: where });

test(
  "health: how nodes are, who should run and does not, and a grace for who is silent",
  async () => {
    bed = await TestBed.open({ scenario: on({ a: "rpi1", b: "rpi2" }) });
    await ran(bed.up());
    const well = await ran(bed.berth("health"));
    expect(well).toMatch(
      /^rpi1 {4}HEALTHY {6}[\d.]+ of 8\.0 GB available, disk [\d.]+ GB free.*; hive-cluster\/a$/m,
    );

    for (const pid of processesOf(bed, "b")) process.kill(pid, "SIGKILL");
    const dead = await ran(bed.berth("health"), 1);
    expect(dead).toMatch(/^ +hive-cluster\/b is dead: see {2}\.\/berth drift hive-cluster$/m);

    await bed.silence("rpi1");
    const silent = JSON.parse(await ran(bed.berth("health", "--json"), 1));
    expect(silent.nodes.rpi1).toMatchObject({ status: "DEGRADED", holdings: [], unwell: [] });
    expect(silent.nodes.rpi1.reason).toMatch(
      /^silent for 0 s, unavailable after 60 s: berth: CannotConnect: rpi1: ssh: connect to host /,
    );
    // Within the grace nobody leaves it; afterwards its instances are given up.
    expect(await ran(bed.berth("preview"))).toMatch(/rpi1 is degraded: silent for 0 s/);
    expect(await ran(bed.berth("health", "--grace", "0"), 1)).toMatch(
      /^rpi1 {4}UNAVAILABLE {2}berth: CannotConnect/m,
    );
    await bed.awaken("rpi1");
    expect(await ran(bed.berth("health"), 1)).toMatch(/^rpi1 {4}HEALTHY/m);
    expect(
      JSON.parse(readFileSync(join(bed.folder, "facts.json"), "utf8")).nodes.rpi1.silent_since,
    ).toBeUndefined();
    expect(await ran(bed.berth("health", "--grace", "soon"), 2)).toBe(
      'berth: --grace: expected a whole number of seconds from 0 to 999999, got "soon"\n',
    );
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  },
  longest,
);

test(
  "logs of an instance, of a node, of one that moves, until Ctrl-C; a shell's command; what is in use",
  async () => {
    const talk =
      "import itertools, time; any(print('line', n, flush=True) or time.sleep(0.2) for n in itertools.count())";
    const talkers = (where: Record<string, string>) =>
      sleepers(Object.keys(where), { placement: where }, { command: ["python3", "-c", talk] });
    bed = await TestBed.open({ scenario: talkers({ a: "rpi1", b: "jetson", c: "jetson" }) });
    await ran(bed.up());

    expect(await ran(bed.berth("logs", "a", "-n", "3"))).toMatch(/^(line \d+\n){3}$/);
    expect(await ran(bed.berth("logs", "jetson", "-n", "1"))).toMatch(/^b {2}line \d+\nc {2}line \d+\n$/);
    const [line] = (await ran(bed.berth("logs", "a", "--json", "-n", "1"))).trim().split("\n");
    expect(JSON.parse(line!)).toEqual({
      node: "rpi1",
      instance: "a",
      line: expect.stringMatching(/^line \d+$/),
    });
    expect(await ran(bed.berth("logs", "rpi2"), 1)).toBe("berth: nothing of hive-cluster is on rpi2\n");
    const first = `./berth logs hive-cluster a -f -n 1 --config-file ${bed.workspace.configFile} | head -n 1`;
    expect(await ran(bed.workspace.run(["sh", "-c", first]))).toMatch(/^line \d+\n$/);
    expect(await ran(bed.berth("logs", "rpi"), 2)).toBe(
      'berth: no instance, Ray job or node "rpi", did you mean "rpi1"?\n',
    );

    const { stack, configFile, env } = bed.workspace;
    const follower = spawn("./berth", ["logs", stack, "a", "-f", "-n", "1", "--config-file", configFile], {
      env,
    });
    let [said, complained] = ["", ""];
    follower.stdout.setEncoding("utf8").on("data", (chunk) => {
      said += chunk;
    });
    follower.stderr.on("data", (chunk) => {
      complained += chunk;
    });
    await until(() => said.split("\n").length > 8);
    bed.write(talkers({ a: "rpi2", b: "jetson", c: "jetson" }));
    await ran(bed.up());
    await until(() => complained.includes("berth: a runs on rpi2 now\n"));
    await until(() => /line 0\n(line \d+\n)+$/.test(said));
    const numbers = said
      .split("\n")
      .filter(Boolean)
      .map((one) => Number(one.split(" ")[1]));
    // Every line once and in order, on either node.
    for (const [index, number] of numbers.slice(1).entries())
      expect([0, numbers[index]! + 1]).toContain(number);
    // Back again, from a machine that does not answer any more: what was written there before is old.
    await bed.silence("rpi2");
    await ran(bed.berthOn("gone", "rpi2"));
    bed.write(talkers({ a: "rpi1", b: "jetson", c: "jetson" }));
    await ran(bed.up());
    await until(() => complained.includes("berth: a runs on rpi1 now\n"));
    const begins = () => said.match(/^line 0$/gm)?.length ?? 0;
    await until(() => begins() >= 2);
    expect(begins()).toBe(2);
    follower.kill("SIGINT");
    expect(await once(follower, "close")).toEqual([null, "SIGINT"]);
    await bed.awaken("rpi2");
    await ran(bed.berthOn("back", "rpi2"));

    expect(await ran(bed.berth("ssh", "rpi1", "--", "echo", "$((6*7)); exit 3"), 3)).toBe("42\n");
    const table = await ran(bed.berth("resources"));
    expect(table).toMatch(/^jetson {2}memory {2}[█▒·]{20} {2}[\d.]+ of 64\.0 GB, [\d.]+ by Berth$/m);
    await bed.silence("rpi1");
    const known = JSON.parse(await ran(bed.berth("resources", "--json"), 1)).nodes;
    expect([known.rpi1.problem.split(":")[1], known.jetson.holdings[0].used_bytes > 0]).toEqual([
      " CannotConnect",
      true,
    ]);
    expect(await ran(bed.berth("ssh", "rpi1"), 255)).toMatch(/^berth: CannotConnect: rpi1: /);
    await bed.awaken("rpi1");

    // What an instance said can be read after the destroy.
    await bed.configure("berth:purge", "false");
    await ran(bed.up());
    await ran(bed.destroy());
    expect(await ran(bed.berth("logs", "b", "-n", "2"))).toMatch(/^(line \d+\n){2}$/);
  },
  longest,
);

test(
  "drift names what was killed, edited and added by hand, and what repairs it; sweep ends what nobody owns",
  async () => {
    const sleeping = { command: ["python3", "main.py"], ram_gb: 1 };
    bed = await TestBed.open({
      scenario: sleepers(
        ["a", "b"],
        { code: { local_path: "code" }, placement: { a: "rpi1", b: "host" } },
        sleeping,
      ),
    });
    bed.writeCode("main.py", "import time; time.sleep(1000)\n");
    await ran(bed.up());
    expect(await ran(bed.berth("drift"))).toBe("hive-cluster: what runs is what the state says\n");
    expect(await ran(bed.berth("sweep"))).toBe("nothing on the nodes is without a stack that owns it\n");

    for (const pid of processesOf(bed, "a")) process.kill(pid, "SIGKILL");
    const code = join(bed.workDir("host"), ".berth", "hive-cluster", "code");
    const [version] = readdirSync(code).filter((name) => name !== "current");
    writeFileSync(join(code, version!, "main.py"), "import time; time.sleep(2000)\n");
    expect(await ran(bed.berth("drift"), 1)).toBe(
      `a on rpi1 is dead
  ./berth up hive-cluster -- --replace '**::a-start'
the code on host was edited: main.py
  ./berth up hive-cluster -- --replace '**::host-code' --replace '**::b-start'
`,
    );
    const repair = ["a-start", "host-code", "b-start"].flatMap((name) => ["--replace", `**::${name}`]);
    await ran(bed.berth("up", "--yes", "--", "--skip-preview", ...repair));
    await ran(bed.berth("drift"));

    // A state that forgets an instance leaves it without an owner.
    const pulumi = (...args: string[]) =>
      ran(bed.workspace.run(["pulumi", ...args, "--stack", "hive-cluster"] as [string, ...string[]]));
    const urns = (await pulumi("stack", "--show-urns")).match(/urn:\S+::b-(janitor|start)/g)!;
    for (const urn of urns.sort().reverse()) await pulumi("state", "delete", urn, "--yes");
    const found = await ran(bed.berth("sweep"), 1);
    expect(found).toBe(
      `host: hive-cluster/b: the state of hive-cluster does not have it here

Nothing was ended. To end what is not left alone:  ./berth sweep hive-cluster --yes
`,
    );
    expect(processesOf(bed, "b")).not.toEqual([]);
    expect(await ran(bed.berth("sweep", "--yes"))).toBe(
      "host: hive-cluster/b: the state of hive-cluster does not have it here; ended; logs and results are kept\n",
    );
    expect(processesOf(bed, "b")).toEqual([]);

    // What another coordinator owns is shown and left, until the user says that nobody has its state any more.
    const owner = join(bed.workDir("rpi1"), ".berth", "hive-cluster", "owner.json");
    writeFileSync(
      owner,
      JSON.stringify({ ...JSON.parse(readFileSync(owner, "utf8")), owner: "bob@lab:/berth#9" }),
    );
    expect(await ran(bed.berth("drift"), 1)).toContain("hive-cluster on rpi1 belongs to bob@lab:/berth#9\n");
    expect(await ran(bed.berth("sweep", "--yes"))).toBe(
      `rpi1: all of hive-cluster (2 processes): it belongs to bob@lab:/berth#9; left alone
  destroy it from there; if that state is lost:  ./berth sweep hive-cluster --owner 'bob@lab:/berth#9' --yes
nothing on the nodes is without a stack that owns it
`,
    );
    await ran(bed.berth("sweep", "--owner", "bob@lab:/berth#9", "--yes"));
    expect(bed.left().processes).toEqual([]);
    await ran(bed.destroy());
    // The destroy has no word on what was swept: its log stays.
    expect({ ...bed.left(), files: [] }).toEqual(nothing);
  },
  longest,
);

test(
  "drain shows the moves, the next update makes them, undrain lets the node be used again",
  async () => {
    bed = await TestBed.open({ scenario: sleepers(["a"], {}, { preferred_node: "rpi1", ram_gb: 6 }) });
    await ran(bed.up());
    expect(await bed.placements()).toEqual({ a: "rpi1" });
    const drained = await ran(bed.berthOn("drain", "rpi1", "--reason", "new SD card"));
    expect(drained).toContain("hive-cluster has there: a. Its next update:\n");
    expect(drained).toMatch(/a: rpi1 → \w+ because rpi1's status is maintenance \(drained: new SD card; /);
    expect(drained).toMatch(
      /\nTo do it: {2}\.\/berth up hive-cluster\nAfterwards: {2}\.\/berth undrain rpi1 hive-cluster\n$/,
    );
    expect(await ran(bed.berth("health"))).toMatch(
      /^rpi1 {4}MAINTENANCE {2}.*; drained: new SD card; \.\/berth undrain rpi1 takes it back; hive-cluster\/a$/m,
    );
    await ran(bed.up());
    expect(await bed.placements()).toEqual({ a: "host" });

    expect(await ran(bed.berthOn("undrain", "rpi1"))).toBe(
      "rpi1 is back in service: the next previews count on it\n",
    );
    expect(await ran(bed.berthOn("undrain", "rpi1"))).toBe("rpi1 was not drained\n");
    // Nothing moves back by itself.
    await ran(bed.up());
    expect(await bed.placements()).toEqual({ a: "host" });

    // What has no other place is told, and the machine is drained all the same.
    bed.write(sleepers(["a"], { placement: { a: "host" } }, { ram_gb: 6 }));
    expect(await ran(bed.berthOn("drain", "host"), 1)).toContain(
      "\nhive-cluster cannot do without host, see above.\n",
    );
    const again = JSON.parse(await ran(bed.berthOn("drain", "host", "--json")));
    expect(again).toEqual({
      node: "host",
      drained: true,
      before: true,
      reason: "",
      residents: [{ stack: "hive-cluster", instances: ["a"] }],
    });
    await ran(bed.destroy());
    expect(bed.left()).toEqual(nothing);
  },
  longest,
);

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 120_000; !holds(); await sleep(50))
    if (Date.now() > deadline) throw new Error("it did not happen in two minutes");
}
