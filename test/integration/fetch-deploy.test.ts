/** Results that come home, and code that goes out, without an update: real engine, real sshd, a database that is being written. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBed } from "../support/test-bed";

let bed: TestBed;
const writer = `
import os, sqlite3, time
db = sqlite3.connect(os.environ["BERTH_DB"])
db.execute("CREATE TABLE IF NOT EXISTS pairs (a INTEGER, b INTEGER)")
os.makedirs(os.environ["BERTH_LOG_DIR"] + "/writer", exist_ok=True)
open(os.environ["BERTH_LOG_DIR"] + "/writer/weights", "w").write("42")
for n in range(10**9):
    with db:
        db.execute("INSERT INTO pairs VALUES (?, 0)", (n,))
        time.sleep(0.001)
        db.execute("UPDATE pairs SET b = a")
    print(n, flush=True)
`;
const code = () => join(bed.workDir("rpi1"), ".berth", "hive-cluster", "code");

beforeAll(async () => {
  bed = await TestBed.open({
    scenario: {
      name: "writing",
      code: { local_path: "code" },
      instances: [{ instance_id: "writer", ram_gb: 1, command: ["python3", "main.py"] }],
      placement: { writer: "rpi1" },
    },
  });
  bed.writeCode("main.py", writer);
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
});
afterAll(() => bed.close());

test("fetch brings logs, results and a sound database, again what is new, and deletes nothing here", async () => {
  const to = join(bed.folder, "results");
  mkdirSync(join(to, "rpi1", "hive-cluster"), { recursive: true });
  writeFileSync(join(to, "rpi1", "hive-cluster", "mine.txt"), "mine");
  for (let turn = 0; turn < 2; turn++) {
    const { status, output } = await bed.berth("fetch", "--to", to, "--json");
    expect(status, output).toBe(0);
    const { nodes } = JSON.parse(output);
    expect(nodes.rpi1.databases).toEqual(["experiments.db"]);
    expect(nodes.rpi2).toEqual({ files: 0, bytes: 0, databases: [] });
  }
  const query =
    "import sqlite3, sys; d = sqlite3.connect(sys.argv[1]); print(d.execute('PRAGMA integrity_check').fetchall(), d.execute('SELECT count(*) > 0, sum(a != b) FROM pairs').fetchall())";
  expect(
    execFileSync("python3", ["-c", query, join(to, "rpi1", "experiments.db")], { encoding: "utf8" }),
  ).toBe("[('ok',)] [(1, 0)]\n");
  expect(readFileSync(join(to, "rpi1", "hive-cluster", "writer", "weights"), "utf8")).toBe("42");
  expect(readFileSync(join(to, "rpi1", "hive-cluster", "writer.log"), "utf8")).toMatch(/^0\n1\n/);
  expect(readFileSync(join(to, "rpi1", "hive-cluster", "mine.txt"), "utf8")).toBe("mine");
  expect(existsSync(join(bed.workDir("rpi1"), "logs", ".fetch-hive-cluster"))).toBe(false);
  expect(await bed.berth("fetch", "nobody", "--to", to)).toEqual({
    status: 2,
    output: 'berth: no instance or Ray job "nobody"; known: writer\n',
  });
});

test("deploy sends what changed beside what runs, and the update after it is the same update", async () => {
  const before = bed.log("rpi1", "writer").length;
  bed.writeCode("more.py", "print('more')");
  const { status, output } = await bed.berth("deploy");
  expect(status, output).toBe(0);
  expect(output).toMatch(/^rpi1 +1 files sent: more\.py$/m);
  expect((await bed.berth("deploy")).output).toMatch(/^rpi1 +has the code [0-9a-f]{16} already$/m);
  expect(bed.log("rpi1", "writer").length).toBeGreaterThan(before);
  expect(bed.log("rpi1", "writer").filter((line) => line === "0").length).toBe(1);
  expect(execFileSync("ls", [code()], { encoding: "utf8" }).split("\n").filter(Boolean).length).toBe(3);
  const up = await bed.up();
  expect(up.status, up.output).toBe(0);
  expect(up.output).toMatch(/writer-start updat/);
  expect((await bed.up()).output).not.toMatch(/updated|created/);
  expect((await bed.berth("deploy", "rpi2")).status).toBe(1);
});

test("after a purge and a new start, what was fetched before is put beside what comes now", async () => {
  const to = join(bed.folder, "results");
  const before = readFileSync(join(to, "rpi1", "hive-cluster", "writer.log"), "utf8");
  // As a purge leaves it, and the next start makes it.
  const logs = join(bed.workDir("rpi1"), "logs", "hive-cluster");
  rmSync(logs, { recursive: true });
  const none = await bed.berth("fetch", "--to", to);
  expect(none.status, none.output).toBe(0);
  expect(readFileSync(join(to, "rpi1", "hive-cluster", "writer.log"), "utf8")).toBe(before);
  mkdirSync(logs);
  writeFileSync(join(logs, "writer.log"), "anew\n");
  const { status, output } = await bed.berth("fetch", "--to", to);
  expect(status, output).toBe(0);
  const [, aside] = /^rpi1: what was fetched of a run before a purge is in (\S+) now$/m.exec(output)!;
  expect(aside).toMatch(/results\/rpi1\.\d{8}T\d{6}Z-[0-9a-f]{4}$/);
  expect(readFileSync(join(aside!, "hive-cluster", "writer.log"), "utf8")).toBe(before);
  expect(existsSync(join(aside!, "experiments.db"))).toBe(true);
  expect(readFileSync(join(to, "rpi1", "hive-cluster", "writer.log"), "utf8")).toBe("anew\n");
  expect((await bed.berth("fetch", "--to", to)).output).not.toContain("before a purge");
});
