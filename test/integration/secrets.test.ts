/**
 * Where secrets are: the values of instances' `env`, the private key, the passphrase of the state. Looked for in the state and
 * whatever else the engine writes, in all that is printed, in every process's command line while it happens, in the files of the
 * nodes and of the coordinator. Not looked at: the environment of the instance itself, which is where it belongs.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const token = "hush-4711-of-an-instance";
const passphrase = "hush-4712-of-the-state";
const keyLine = () => readFileSync(bed.connection("rpi1").ssh_key_path, "utf8").split("\n")[2]!;

/** The command lines of all processes, again and again until it is told to stop. */
function watchProcesses(): () => string {
  let seen = "";
  const look = () => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        seen += readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        // It ended meanwhile.
      }
  };
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return seen;
  };
}

/** Files below a folder that hold a text, as paths below it, each with its mode. */
function holders(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text))
    .map((file) => `${file.slice(folder.length + 1)} ${(statSync(file).mode & 0o777).toString(8)}`);
}

const scenario = (env: object, command?: string[]) => {
  const given = sleepers(["a"], { placement: { a: "rpi1" } }, { env });
  Object.assign(given.instances[0]!, command && { command });
  return given;
};

test("a value of env is nowhere but in the node's 0600 file, key and passphrase nowhere at all", async () => {
  bed = await TestBed.open({ scenario: scenario({ TOKEN: token }), passphrase });
  // A folder of its own for what is kept of connections: in everybody's, files of others come and go.
  const runtime = join(bed.folder, "run");
  mkdirSync(runtime);
  bed.workspace.env.XDG_RUNTIME_DIR = runtime;
  const own = join(runtime, `berth-${process.getuid!()}`);
  const secrets = [token, passphrase, keyLine()];
  const stop = watchProcesses();
  const runs = [
    await bed.pulumi("preview", "--diff"),
    await bed.up(),
    await bed.up(),
    await bed.berth("status"),
    await bed.berth("health"),
  ];
  bed.write(scenario({ TOKEN: `${token}, another` }));
  runs.push(await bed.pulumi("preview", "--diff"), await bed.up());
  const seen = stop();
  for (const { status, output } of runs) expect(status, output).toBe(0);
  const printed = runs.map(({ output }) => output).join("\n");
  for (const secret of secrets) {
    expect([printed.includes(secret), seen.includes(secret)]).toEqual([false, false]);
    // The lab writes its passphrase down, for whoever wants to go on by hand.
    const byHand = secret === passphrase ? ["environment.sh 600"] : [];
    expect(holders(join(bed.folder, "workspace"), secret)).toEqual(byHand);
    expect([readdirSync(own).length > 0, holders(own, secret)]).toEqual([true, []]);
  }
  expect(holders(bed.workDir("rpi1"), token)).toEqual([".berth/hive-cluster/instances/a/spec.json 600"]);
  for (const secret of [passphrase, keyLine()]) expect(holders(bed.workDir("rpi1"), secret)).toEqual([]);

  // An instance that tells it and fails at once is quoted without it; a delete that is kept holds none.
  const telling = ["python3", "-c", "import os; print('token', os.environ['TOKEN']); raise SystemExit(3)"];
  bed.write(scenario({ TOKEN: token }, telling));
  const failed = await bed.up();
  expect(failed.status).not.toBe(0);
  expect(failed.output).toContain("EarlyExit");
  await bed.silence("rpi1");
  await bed.berthOn("gone", "rpi1");
  const destroyed = await bed.destroy();
  expect(destroyed.status, destroyed.output).toBe(0);
  expect([failed, destroyed].map(({ output }) => output.includes(token))).toEqual([false, false]);
  expect(holders(join(bed.folder, "workspace"), token)).toEqual([]);
  await bed.awaken("rpi1");
  expect((await bed.berthOn("back", "rpi1")).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});
