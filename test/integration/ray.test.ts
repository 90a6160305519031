/**
 * Ray clusters and jobs on the lab, with the real engine, real sshd and the real Ray. What a node does by itself (wrong tokens, who
 * cannot join, lost heads, Redis) is proved in workloads/tests/supervisor/test_ray_*.py. Not proved here: several machines, GPUs.
 */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { example } from "../../ops/connect/text";
import { clientServerLogs, clientServers } from "../support/ray-client";
import { nothing, TestBed } from "../support/test-bed";
import { VerbProcess } from "../support/verb-process";

const member = { heap_gb: 0.6, object_store_gb: 0.1 };
const ask = {
  name: "ask",
  cluster: "mind",
  command: ["python", "-m", "main"],
  env: { MARK: "4711" },
  timeout_seconds: 240,
};
const sad = { name: "sad", cluster: "mind", command: ["python", "-c", "raise SystemExit('no idea')"] };
const mind = {
  name: "mind",
  head: { ...member, preferred_node: "jetson" },
  workers: [{ name: "desk", ...member, preferred_node: "host" }],
};
const scenario = (...jobs: object[]) => ({
  name: "thinking",
  code: { local_path: "code" },
  ray_clusters: [mind],
  ray_jobs: jobs,
});
const beside = {
  name: "dreaming",
  ray_clusters: [{ name: "mind", head: { ...member, preferred_node: "jetson" } }],
};

/** Tells what a task of another node sees. */
const program = `
import json, os, ray
ray.init()
@ray.remote(num_cpus=1, scheduling_strategy="SPREAD")
def see():
    import time
    time.sleep(1)
    return ray.get_runtime_context().get_node_id(), os.environ["MARK"]
seen = ray.get([see.remote() for _ in range(4)], timeout=120)
with open(os.environ["BERTH_RESULT"], "w") as file:
    json.dump({"nodes": len({node for node, _ in seen}), "mark": seen[0][1]}, file)
`;

interface Outputs {
  readonly rayClusters: Record<string, { head: string; members: object; statusCommand: string }>;
  readonly rayJobs: Record<string, { result: unknown; node: string; logPath: string }>;
}

let [bed, other]: [TestBed, TestBed | undefined] = [undefined!, undefined];
const shared = readdirSync("/dev/shm");

beforeAll(async () => {
  bed = await TestBed.open({ stack: "hive-cluster", scenario: scenario(ask) });
  bed.writeCode("main.py", program);
});
afterAll(async () => {
  await other?.close();
  await bed.close();
});

describe("a cluster of two nodes with a job", () => {
  test("preview says what it makes and where, and contacts nobody", async () => {
    const { status, output } = await bed.pulumi("preview");
    expect(status, output).toBe(0);
    for (const name of ["mind-head-start", "mind-desk-0-joined", "ask-run"]) expect(output).toContain(name);
    expect(bed.connections()).toBe(0);
  });

  test("up runs the cluster, then the job to its end; its result is an output", async () => {
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    const { rayClusters, rayJobs } = await outputs(bed);
    expect(rayClusters.mind).toMatchObject({
      head: "jetson",
      members: { "mind-head": "jetson", "mind-desk-0": "host" },
    });
    expect(rayJobs.ask).toMatchObject({ node: "jetson", result: { nodes: 2, mark: "4711" } });
  });

  test("the token is in no command line, and in a file that only its owner reads", async () => {
    const token = readFileSync(tokenFile(bed), "utf8");
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(raylets("mind-head", bed)).toHaveLength(1);
    expect(commandLines().filter((line) => line.includes(token))).toEqual([]);
    const { output } = await bed.workspace.run(["pulumi", "stack", "export", "--stack", bed.workspace.stack]);
    expect(output).not.toContain(token);
  });

  test("ray status, as the outputs say it, shows both nodes", async () => {
    const { statusCommand } = (await outputs(bed)).rayClusters.mind!;
    const { status, output } = await typed(statusCommand);
    expect(status, output).toBe(0);
    expect(output.match(/^ 1 node_/gm), output).toHaveLength(2);
  });

  test("its log is found by its name", async () => {
    const { status, output } = await bed.berth("logs", "ask");
    expect(status, output).toBe(0);
    expect(output).toContain('{"berth": "ray job", "submission": "ask-');
  });

  test("drift knows a job that nobody follows any more, and what it names repairs it", async () => {
    const right = { status: 0, output: "hive-cluster: what runs is what the state says\n" };
    expect(await bed.berth("drift")).toEqual(right);
    const file = join(stackFolder(bed), "ray/mind/jobs/ask.json");
    const record = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...record, state: "running" }));
    expect(await bed.berth("drift")).toEqual({
      status: 1,
      output: `job ask on jetson is abandoned: the update that followed it was cut off
  ./berth up hive-cluster -- --replace '**::ask-run'
`,
    });
    const repair = await bed.berth("up", "--yes", "--", "--skip-preview", "--replace", "**::ask-run");
    expect(repair.status, repair.output).toBe(0);
    expect(await bed.berth("drift")).toEqual(right);
  }, 240_000);

  test("connect tells what a client needs, and whether the Python here has it", async () => {
    const { rayPythonPath } = await import("../../tools/environment.mjs");
    const fits = await bed.berth("connect", "--python", rayPythonPath(), "--json");
    expect(fits.status, fits.output).toBe(0);
    const { env, versions, here, misfits } = JSON.parse(fits.output);
    const { RAY_AUTH_TOKEN_PATH: file, ...others } = env;
    expect(others).toEqual({
      RAY_ADDRESS: "ray://127.0.0.1:10001",
      RAY_API_SERVER_ADDRESS: "http://127.0.0.1:8265",
      RAY_AUTH_MODE: "token",
    });
    expect(versions).toEqual({ python: here.python, ray: "2.60.0" });
    expect(misfits).toEqual([]);
    expect(readFileSync(file, "utf8")).toBe(readFileSync(tokenFile(bed), "utf8"));
    expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
    const none = await bed.berth("connect", "mind", "--python", "/no/python");
    expect(none.status, none.output).toBe(1);
    expect(none.output).toContain("there is no /no/python here\n# One that fits:  ");
    expect(none.output).not.toContain(readFileSync(file, "utf8"));
    // What it prints is for a shell.
    const words = await bed.workspace.run(["sh", "-c", `${none.output}\necho "$RAY_ADDRESS"`]);
    expect(words).toEqual({ status: 0, output: "ray://127.0.0.1:10001\n" });
  });

  test("connect runs a client of Ray with the ports brought here, and its example works", async () => {
    await runsExample();
    const failed = await bed.berth("connect", "mind", "--", "sh", "-c", 'echo "$RAY_ADDRESS"; exit 3');
    expect(failed.status, failed.output).toBe(3);
    expect(failed.output).toMatch(/^ray:\/\/127\.0\.0\.1:\d+$/m);
    expect(await bed.berth("connect", "minds")).toEqual({
      status: 2,
      output: 'berth: hive-cluster has no Ray cluster "minds", did you mean "mind"?\n',
    });
  });

  test("connect waits for a head that takes long to make ready for a client", async () => {
    const before = clientServers(bed);
    const added = () => clientServers(bed).filter((pid) => !before.includes(pid));
    const stopped = async () => {
      await expect.poll(() => added().length, { timeout: 120_000, interval: 20 }).toBe(1);
      const [server] = added();
      // With gRPC's handlers of a fork now and then one is ended before it begins.
      const variables = readFileSync(`/proc/${server}/environ`, "utf8").split("\0");
      expect(variables).toContain("GRPC_ENABLE_FORK_SUPPORT=0");
      process.kill(server!, "SIGSTOP");
      // Ray's own patience is 30 s.
      await sleep(32_000);
      process.kill(server!, "SIGCONT");
    };
    await Promise.all([runsExample(), stopped()]);
  });

  test("up again changes nothing and opens no connection", async () => {
    const before = bed.connections();
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    expect(output).not.toMatch(/\b(created|updated|replaced|deleted)\b/);
    expect(bed.connections() - before).toBe(0);
  });

  test("a job that raises fails the update with the end of its log, and the cluster stays", async () => {
    const [head] = raylets("mind-head", bed);
    bed.write(scenario(ask, sad));
    const { status, output } = await bed.up();
    expect(status, output).not.toBe(0);
    expect(output).toContain(
      "RayJobFailed: job hive-cluster/sad ended with exit code 1; its log ends with: ",
    );
    expect(output).toContain("no idea; correct the job, then run the update again");
    bed.write(scenario(ask));
    const again = await bed.up();
    expect(again.status, again.output).toBe(0);
    expect(raylets("mind-head", bed)).toEqual([head]);
  });

  test("a raylet that is killed comes back", async () => {
    const [killed] = raylets("mind-desk-0", bed);
    process.kill(killed!, "SIGKILL");
    const others = () => raylets("mind-desk-0", bed).filter((pid) => pid !== killed);
    await expect.poll(() => others().length, { timeout: 120_000, interval: 500 }).toBe(1);
    const { statusCommand } = (await outputs(bed)).rayClusters.mind!;
    await expect
      .poll(async () => (await typed(statusCommand)).output.match(/^ 1 node_/gm)?.length, {
        timeout: 120_000,
        interval: 1000,
      })
      .toBe(2);
  });

  test("forward brings dashboard and client server here, and again when the head was started anew", async () => {
    const forward = VerbProcess.start(bed, "forward", "mind");
    const [, dashboard] = await forward.says(/^mind dashboard: (http:\/\/127\.0\.0\.1:\d+), on jetson$/m);
    await forward.says(/^mind client: ray:\/\/127\.0\.0\.1:\d+, on jetson$/m);
    const version = async (): Promise<{ ray_version?: string }> => {
      const authorization = `Bearer ${readFileSync(tokenFile(bed), "utf8")}`;
      return (await (
        await fetch(`${dashboard}/api/version`, { headers: { authorization } })
      ).json()) as object;
    };
    expect(await version()).toMatchObject({ ray_version: "2.60.0" });
    const [head] = raylets("mind-head", bed);
    process.kill(head!, "SIGKILL");
    await expect
      .poll(() => raylets("mind-head", bed).filter((pid) => pid !== head), { timeout: 120_000 })
      .toHaveLength(1);
    await expect
      .poll(async () => (await version().catch(() => undefined))?.ray_version, {
        timeout: 120_000,
        interval: 500,
      })
      .toBe("2.60.0");
    expect(await forward.end("SIGINT")).toEqual([130, null]);
  });

  test("another stack's cluster on the same machine is another one, and its end touches nobody", async () => {
    other = await TestBed.open({ stack: "split-brain", scenario: beside, beside: bed });
    const before = raylets("mind-head", bed);
    const up = await other.up();
    expect(up.status, up.output).toBe(0);
    expect(readFileSync(tokenFile(other), "utf8")).not.toBe(readFileSync(tokenFile(bed), "utf8"));
    expect(raylets("mind-head", other)).toHaveLength(1);
    const destroy = await other.destroy();
    expect(destroy.status, destroy.output).toBe(0);
    expect(raylets("mind-head", other)).toEqual([]);
    expect(raylets("mind-head", bed)).toEqual(before);
  });

  test("destroy leaves no process, no file, no temporary folder and no shared memory", async () => {
    const { status, output } = await bed.destroy();
    expect(status, output).toBe(0);
    expect(bed.left()).toEqual(nothing);
    expect(temporaryFolders(bed)).toEqual([]);
    expect(readdirSync("/dev/shm").filter((file) => !shared.includes(file))).toEqual([]);
  });
});

/** Runs what `connect` shows as an example. When it fails, the head tells why. */
async function runsExample(): Promise<void> {
  const { rayPythonPath } = await import("../../tools/environment.mjs");
  const file = join(bed.folder, "client.py");
  writeFileSync(file, example.join("\n"));
  const { status, output } = await bed.berth("connect", "--", rayPythonPath(), file);
  expect(status, `${output}\n${status === 0 ? "" : clientServerLogs(bed)}`).toBe(0);
  expect(output).toContain("[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]\n");
}

/** A line of the outputs in a shell, for the lab's copy of the stack file. */
const typed = (line: string) =>
  bed.workspace.run(["sh", "-c", `${line} --config-file '${bed.workspace.configFile}'`]);

async function outputs({ workspace }: TestBed): Promise<Outputs> {
  const { output } = await workspace.run(["pulumi", "stack", "output", "--json", "--stack", workspace.stack]);
  return JSON.parse(output);
}

const stackFolder = (of: TestBed, on = "jetson") => join(of.workDir(on), ".berth", of.workspace.stack);
const tokenFile = (one: TestBed) => join(stackFolder(one), "ray/mind/token");

/** Process ids of a member's raylets, by the tag of its supervisor. */
function raylets(member: string, of: TestBed): number[] {
  const node = member.endsWith("head") ? "jetson" : "host";
  const tag = `BERTH_TAG=${join(stackFolder(of, node), member)}`;
  return processes().filter(
    (pid) =>
      read(pid, "cmdline").split("\0")[0]!.endsWith("/raylet") &&
      read(pid, "environ").split("\0").includes(tag),
  );
}

const processes = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const commandLines = () => processes().map((pid) => read(pid, "cmdline").replaceAll("\0", " "));

function temporaryFolders(of: TestBed): string[] {
  return readdirSync("/tmp")
    .map((name) => join("/tmp", name, "stack"))
    .filter((file) => /^\/tmp\/berth-[0-9a-f]{10}\//.test(file) && existsSync(file))
    .filter((file) => readFileSync(file, "utf8").startsWith(of.folder));
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
