/**
 * The way to a node, against real SSH servers. What the supervisor then does is proved in workloads/tests, that updates
 * converge in test/integration. Not proved: jump hosts (test/integration/safety), a network that loses packets.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { reachEnvironment, runOnNodePath } from "../../components/reach";
import { sshConfig } from "../../components/ssh-config";
import { type Sshd, startSshd } from "../../lab/sshd";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
/** The program in a checkout of its own, whose loader takes the request for Python. */
const program = join(folder, "checkout", "components", "run-on-node.sh");
const supervisor = join(folder, "checkout", "workloads", "supervisor");
mkdirSync(dirname(program), { recursive: true });
mkdirSync(supervisor, { recursive: true });
cpSync(runOnNodePath, program);
writeFileSync(
  join(supervisor, "loader.py"),
  "def load(text, program=None):\n    exec(text, {'program': program})\n",
);
writeFileSync(join(supervisor, "one.py"), 'PATTERN = "\\d+ \\\\ é"\n"""Text."""\n');
let node: Sshd;
let runtime: string;
let count = 0;

beforeEach(async () => {
  const own = join(folder, `${++count}`);
  runtime = join(own, "run");
  mkdirSync(runtime, { recursive: true });
  node = await startSshd({
    directory: join(own, "sshd"),
    address: "127.0.0.1",
    options: ["LogLevel VERBOSE"],
  });
});
afterEach(async () => {
  for (const pid of masters()) process.kill(pid);
  await node.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

const access = (more: object = {}) => ({
  host: node.address,
  port: node.port,
  user: userInfo().username,
  hostKey: node.hostKey,
  keyPath: node.keyPath,
  ...more,
});
const environment = (more: object = {}, to = access()) => ({
  ...process.env,
  ...reachEnvironment({ node: "rpi1", stack: "hive", access: to, gone: "" }, 5),
  XDG_RUNTIME_DIR: runtime,
  ...more,
});
/** Runs the program as a command does; the node's Python gets `input`. */
const run = (
  verb: string,
  input = "print('there')",
  env: NodeJS.ProcessEnv = environment(),
  shell = ["sh"],
) => {
  const [command = "", ...args] = [...shell, program, verb];
  const { status, stdout, stderr } = spawnSync(command, args, {
    env,
    input: JSON.stringify(input),
    encoding: "utf8",
  });
  return { status, stdout, stderr: stderr.replaceAll(folder, "FOLDER").replaceAll(`${node.port}`, "PORT") };
};
const log = () => readFileSync(join(folder, `${count}`, "sshd", "sshd.log"), "utf8");
const connections = () => log().match(/Accepted publickey/g)?.length ?? 0;
const home = () => join(runtime, `berth-${process.getuid!()}`, sshConfig(access()).id);
/** Processes that hold a shared connection of this test. */
const masters = () =>
  execFileSync("ps", ["-eo", "pid=,args="], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(runtime) && line.includes("[mux]"))
    .map((line) => Number(line.trim().split(" ")[0]));

describe("one way", () => {
  test("the request arrives as it was, the answer comes back, and the verb is the program's argument", () => {
    const input = "import sys; print(sys.argv[1:], repr('é \"$x\" `y`'))";
    expect(run("start", input)).toEqual({ status: 0, stdout: "['start'] 'é \"$x\" `y`'\n", stderr: "" });
  });
  test.each(["preflight", "purge", "facts", "logs", "census", "watch"])(
    "%s takes the supervisor along, as it is",
    (verb) => {
      const { stdout } = run(verb, "print(program)");
      const one = readFileSync(join(supervisor, "one.py"), "utf8");
      const python = "import sys; print({'one.py': sys.stdin.read()})";
      expect(stdout).toBe(execFileSync("python3", ["-c", python], { input: one, encoding: "utf8" }));
    },
  );
  test("no file of the supervisor ends the literal it is sent in", () => {
    const own = join(dirname(runOnNodePath), "..", "workloads", "supervisor");
    for (const file of readdirSync(own).filter((name) => name.endsWith(".py")))
      expect(readFileSync(join(own, file), "utf8")).toMatch(/^(?!'|[\s\S]*''')[\s\S]*\n$/);
  });
  test("many requests share one connection; the last does not wait for its end", () => {
    for (let request = 0; request < 5; request++) expect(run("roster").status).toBe(0);
    expect([connections(), masters().length]).toEqual([1, 1]);
  });
  test.each(["facts", "status", "logs", "census", "watch"])(
    "%s is one session, and one connection that the next one shares",
    (verb) => {
      const sessions = () => log().match(/Starting session: command/g)?.length ?? 0;
      expect([run(verb).stdout, sessions(), connections(), masters().length]).toEqual(["there\n", 1, 1, 1]);
      expect([run(verb).stdout, sessions(), connections(), masters().length]).toEqual(["there\n", 2, 1, 1]);
    },
  );
  test("racers all arrive, and share what is there then", async () => {
    const racers = Array.from({ length: 4 }, () =>
      spawn("sh", [program, "start"], { env: environment(), stdio: ["pipe", "ignore", "inherit"] }),
    );
    for (const racer of racers) racer.stdin!.end('"pass"');
    const ends = await Promise.all(racers.map((racer) => once(racer, "exit")));
    expect(ends.map(([code]) => code)).toEqual([0, 0, 0, 0]);
    expect(masters().length).toBe(1);
  });
  test("a connection whose holder was killed is made anew", () => {
    expect(run("start").status).toBe(0);
    const socket = join(home(), "socket");
    process.kill(masters()[0]!, "SIGKILL");
    expect(existsSync(socket)).toBe(true);
    expect(run("start")).toEqual({ status: 0, stdout: "there\n", stderr: "" });
    expect([connections(), masters().length]).toEqual([2, 1]);
  });
  test("where no socket can be made each request connects by itself", () => {
    run("connect");
    for (const pid of masters()) process.kill(pid, "SIGKILL");
    rmSync(join(home(), "socket"));
    mkdirSync(join(home(), "socket"));
    const { status, stdout } = run("start");
    expect([status, stdout, masters()]).toEqual([0, "there\n", []]);
  });
  test("the files are nobody else's, lie where XDG_RUNTIME_DIR says, and in /tmp where that is too long for a socket", () => {
    const { stdout } = run("connect");
    expect(stdout).toBe(`${home()}/config\n`);
    for (const file of [home(), join(home(), "config"), join(home(), "known_hosts")])
      expect(statSync(file).mode & 0o077).toBe(0);
    const long = join(runtime, "x".repeat(60));
    mkdirSync(long);
    const elsewhere = run("connect", "", environment({ XDG_RUNTIME_DIR: long })).stdout.trim();
    expect(elsewhere).toMatch(/^\/tmp\/berth-\d+\/[0-9a-f]{16}\/config$/);
    execFileSync("ssh", ["-F", elsewhere, "-O", "exit", "node"], { stdio: "ignore" });
    rmSync(join(elsewhere, ".."), { recursive: true });
  });
  test("what nobody has used for an hour goes when another connection is made", () => {
    run("connect");
    const unused = join(home(), "..", "0123456789abcdef");
    mkdirSync(unused);
    const past = new Date(Date.now() - 61 * 60_000);
    for (const one of [unused, home()]) utimesSync(one, past, past);
    run("connect");
    expect(existsSync(unused)).toBe(true);
    const other = access({ host: "localhost" });
    run("connect", "", environment({}, other));
    expect([existsSync(unused), existsSync(home())]).toEqual([false, true]);
  });
  test("a folder that others can enter is not used", () => {
    mkdirSync(join(runtime, `berth-${process.getuid!()}`), { mode: 0o755 });
    expect(run("connect").stdout).toMatch(/^\/tmp\/berth-/);
  });
  test("a key may lie where OpenSSH would see words of its own", () => {
    const keyPath = join(folder, `${count}`, "100%home of it's key");
    cpSync(node.keyPath, keyPath);
    expect(run("start", "print('there')", environment({ SSH_AUTH_SOCK: "" }, access({ keyPath })))).toEqual({
      status: 0,
      stdout: "there\n",
      stderr: "",
    });
  });
  test.each([["dash"], ["bash"], ["busybox sh"]])("%s runs it", (shell) => {
    const [command, ...args] = shell.split(" ") as [string, ...string[]];
    if (spawnSync(command, [...args, "-c", "true"]).error) return;
    expect(run("start", "print('there')", environment(), [command, ...args])).toEqual({
      status: 0,
      stdout: "there\n",
      stderr: "",
    });
  });
});

describe("refused, in one line", () => {
  test.each(["start", "watch"])("another host key, at once: %s", (verb) => {
    const other = access({
      hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
    });
    expect(run(verb, "", environment({}, other))).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "berth: HostKeyMismatch: rpi1 does not show its pinned host key, so it may be another machine; if it was set up anew, correct its host_key or your known_hosts\n",
    });
  });
  test("a kind of host key that the node does not have", () => {
    const other = access({
      hostKey: "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA==",
    });
    expect(run("start", "", environment({}, other)).stderr).toMatch(/^berth: HostKeyMismatch: rpi1 .*\n$/);
  });
  test.each(["start", "watch"])(
    "a login with another key, at once: a second try is what intruders make: %s",
    (verb) => {
      const stranger = join(folder, `${count}`, "stranger");
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
      const env = environment({ SSH_AUTH_SOCK: "" }, access({ keyPath: stranger }));
      expect(run(verb, "", env)).toEqual({
        status: 1,
        stdout: "",
        stderr: `berth: LoginRefused: rpi1: ${userInfo().username}@127.0.0.1: Permission denied (publickey).; add your public key to authorized_keys there, or correct ssh_user and ssh_key_path\n`,
      });
      expect(log().match(/Connection closed by authenticating user/g)?.length).toBe(1);
    },
  );
  test("a node that does not answer, with what to do without it; whoever only asks is told no more", async () => {
    await node.stop();
    const problem =
      "berth: CannotConnect: rpi1: ssh: connect to host 127.0.0.1 port PORT: Connection refused; see whether it is switched on and connected";
    expect(["start", "stop", "status"].map((verb) => run(verb).stderr)).toEqual([
      `${problem}; to go on without it:  ./berth gone rpi1 hive\n`,
      `${problem}; if it is gone for good:  ./berth gone rpi1 hive\n`,
      `${problem}\n`,
    ]);
  });
  test("a node that hangs, although it answers", () => {
    const { status, stderr } = run(
      "stop",
      "import time; time.sleep(60)",
      environment({ BERTH_SECONDS: "-14" }),
    );
    expect([status, stderr]).toEqual([
      1,
      "berth: DeadlineExceeded: rpi1 has not ended stop in 1 s; see whether it hangs, then run this again; if it is gone for good:  ./berth gone rpi1 hive\n",
    ]);
  });
  test("a node that goes away in the middle", () => {
    const { status, stderr } = run("start", "import os, signal; os.kill(os.getppid(), signal.SIGKILL)");
    expect(status).toBe(1);
    expect(stderr.split("\n").at(-2)).toBe(
      "berth: ConnectionLost: rpi1 went away during start, which may be half done; run this again, which completes it; to go on without it:  ./berth gone rpi1 hive",
    );
  });
  test("a node that goes away in the middle and does not come back: a lease that it was sent may be there", () => {
    const leave = `import os, signal; [os.kill(pid, signal.SIGKILL) for pid in (${node.pid}, os.getppid())]`;
    expect(run("watch", leave).stderr.split("\n").at(-2)).toBe(
      "berth: ConnectionLost: rpi1 went away during watch: ssh: connect to host 127.0.0.1 port PORT: Connection refused; see whether it is switched on and connected",
    );
  });
  test("what the node's program says stays as it says it, and so does how it ends", () => {
    expect(run("start", "import sys; print('berth: DiskFull: /', file=sys.stderr); sys.exit(2)")).toEqual({
      status: 2,
      stdout: "",
      stderr: "berth: DiskFull: /\n",
    });
  });
});

test.each(["start", "facts"])(
  "an sshd that turns away most of the connections is asked again: %s",
  async (verb) => {
    await node.stop();
    node = await startSshd({
      directory: join(folder, `${count}`, "sshd"),
      address: "127.0.0.1",
      port: node.port,
      options: ["MaxStartups 1:100:1"],
    });
    // Whoever has not logged in yet takes the only place.
    const squatter = connect(node.port, node.address);
    await once(squatter, "connect");
    await once(squatter, "data");
    setTimeout(() => squatter.destroy(), 1_500);
    const child = spawn("sh", [program, verb], {
      env: environment(),
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdin.end(`"print('there')"`);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    const [status] = await once(child, "close");
    expect([status, said]).toEqual([0, "there\n"]);
    expect(log()).toMatch(/drop connection|past MaxStartups|exceeded MaxStartups/i);
  },
);

test.each([
  ["stop", "; if it is gone for good: {2}.*"],
  ["facts", ""],
])(
  "a machine that takes the connection and says nothing is given up after the handshake's time: %s",
  async (verb, remedy) => {
    let greeted = 0;
    const silent = createServer(() => greeted++).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as { port: number };
    const { status, stderr } = await new Promise<{ status: number; stderr: string }>((resolve) => {
      const child = spawn("sh", [program, verb], { env: environment({}, access({ port })) });
      let stderr = "";
      child.stderr.on("data", (chunk) => (stderr += chunk));
      child.stdin.on("error", () => {}).end("");
      child.on("close", (code) => resolve({ status: code!, stderr }));
    });
    silent.close();
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^berth: CannotConnect: rpi1: [^;]*; see whether [^;]*${remedy}\n$`));
    // Nobody is kept waiting twice for the same silence.
    expect(greeted).toBe(1);
  },
  60_000,
);

describe("a node that was given up", () => {
  const gone = () => join(folder, `${count}`, "gone", "rpi1");
  beforeEach(() => void mkdirSync(gone(), { recursive: true }));

  test("a delete is kept with all that it takes, for nobody else's eyes, and nothing is contacted", () => {
    const given = environment({ BERTH_GONE: gone() });
    for (const verb of ["stop", "purge"])
      expect(run(verb, `input of ${verb}`, given)).toEqual({
        status: 0,
        stdout: '{"ok": true, "state": "left"}\n',
        stderr: "",
      });
    const kept = (file: string) => readFileSync(join(gone(), file), "utf8");
    expect(readdirSync(gone()).sort()).toEqual(["1", "2"]);
    expect(readdirSync(join(gone(), "1")).sort()).toEqual([
      "input",
      "known_hosts",
      "seconds",
      "ssh_config",
      "ssh_id",
      "verb",
    ]);
    expect([kept("1/verb"), kept("1/input"), kept("2/verb"), kept("1/seconds")]).toEqual([
      "stop",
      '"input of stop"',
      "purge",
      "5",
    ]);
    const { config, knownHosts, id } = sshConfig(access());
    expect([kept("1/ssh_config"), kept("1/known_hosts"), kept("1/ssh_id")]).toEqual([config, knownHosts, id]);
    for (const file of ["1", "1/input"]) expect(statSync(join(gone(), file)).mode & 0o077).toBe(0);
    expect(connections()).toBe(0);
  });
  test("anything else is refused with what ends that", () => {
    expect(run("start", "", environment({ BERTH_GONE: gone() }))).toEqual({
      status: 1,
      stdout: "",
      stderr: "berth: NodeGone: rpi1 was given up; once it answers again:  ./berth back rpi1 hive\n",
    });
    expect(connections()).toBe(0);
  });
  test("once it is not any more, deletes are done", () => {
    rmSync(gone(), { recursive: true });
    expect(run("stop", "print('done')", environment({ BERTH_GONE: gone() })).stdout).toBe("done\n");
  });
});

test("shellcheck finds nothing", () => {
  const { error, stdout } = spawnSync("shellcheck", ["--shell=sh", runOnNodePath], { encoding: "utf8" });
  if (!error) expect(stdout).toBe("");
});
