/**
 * Questions to one node over one session, against a real SSH server and the real supervisor. That an answer is the same as one by
 * itself, deadlines and idleness: workloads/tests. A node whose network parts: test/integration/watch.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Sshd, startSshd } from "../../../lab/sshd";
import { askNode } from "../../../ops/node/ask-node";
import { NodeSession } from "../../../ops/node/node-session";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
let node: Sshd;
let own: string;
let count = 0;
let session: NodeSession;

beforeEach(async () => {
  own = join(folder, `${++count}`);
  mkdirSync(join(own, "run"), { recursive: true, mode: 0o700 });
  vi.stubEnv("XDG_RUNTIME_DIR", join(own, "run"));
  // No .bashrc, and a mark in the environment of all that is started there.
  const options = ["LogLevel VERBOSE", `SetEnv "TEST_MARK=${own}" SHLVL=1`];
  node = await startSshd({ directory: join(own, "sshd"), address: "127.0.0.1", options });
  session = new NodeSession(reach(), join(own, "work"), 60);
});
afterEach(async () => {
  session.end();
  await until(() => onNode().length === 0);
  await node.stop();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(folder, { recursive: true }));

const reach = () => {
  const { address: host, port, hostKey, keyPath } = node;
  const access = { host, port, user: userInfo().username, hostKey, keyPath };
  return { node: "rpi1", stack: "hive", access, gone: "" };
};
const request = () => ({ work_dir: join(own, "work"), stack: "hive", owner: "" });
const ask = (seconds = 20) =>
  askNode<{ instances: object[] }>(reach(), "watch", request(), seconds, session.run.bind(session));
const log = () => readFileSync(join(own, "sshd", "sshd.log"), "utf8");
/** What was started there, as sshd tells it. */
const started = () => [...log().matchAll(/Starting session: command/g)].length;
const connections = () => [...log().matchAll(/Accepted publickey/g)].length;
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await sleep(20);
};
/** Processes on the node that somebody's request has started. */
const onNode = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => has(pid, "environ", `TEST_MARK=${own}\0`) && has(pid, "cmdline", "python3"));
const has = (pid: number, file: string, text: string) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").includes(text);
  } catch {
    return false;
  }
};
/** A first question, and the session that it opens; returns the process that answers there. */
const opened = async (): Promise<number> => {
  expect(await ask()).toMatchObject({ answer: { instances: [] } });
  await until(() => session.isReady);
  const [pid, ...others] = onNode();
  expect(others).toEqual([]);
  return pid!;
};

test("after the first question one process there answers all, over one connection", async () => {
  const pid = await opened();
  const before = started();
  for (let tick = 0; tick < 3; tick++) expect(await ask()).toMatchObject({ answer: { instances: [] } });
  expect([started() - before, onNode(), connections()]).toEqual([0, [pid], 1]);
});

test("when it is lost the next question goes by itself, and another is opened", async () => {
  process.kill(await opened(), "SIGKILL");
  await until(() => !session.isReady);
  await opened();
  expect(connections()).toBe(1);
});

test("one that is lost under way: the question is sent again, by itself", async () => {
  const pid = await opened();
  process.kill(pid, "SIGSTOP");
  const answer = ask();
  await sleep(200);
  process.kill(pid, "SIGKILL");
  expect(await answer).toMatchObject({ answer: { instances: [] } });
});

test("a node that is lost under way may have got the question", async () => {
  const pid = await opened();
  process.kill(pid, "SIGSTOP");
  const answer = ask();
  await sleep(200);
  await node.stop();
  expect(await answer).toEqual({
    problem: `berth: ConnectionLost: rpi1 went away during watch: ssh: connect to host 127.0.0.1 port ${node.port}: Connection refused; see whether it is switched on and connected`,
  });
  process.kill(pid, "SIGCONT");
});

test("a node that is lost between two questions has not got the second", async () => {
  await opened();
  await node.stop();
  await until(() => !session.isReady);
  expect(await ask()).toEqual({
    problem: `berth: CannotConnect: rpi1: ssh: connect to host 127.0.0.1 port ${node.port}: Connection refused; see whether it is switched on and connected`,
  });
});

test("one that hangs is given up, and replaced", { timeout: 60_000 }, async () => {
  const pid = await opened();
  process.kill(pid, "SIGSTOP");
  expect(await ask(1)).toEqual({
    problem:
      "berth: DeadlineExceeded: rpi1 has not ended watch in 16 s; see whether it hangs, then run this again",
  });
  expect(await ask()).toMatchObject({ answer: { instances: [] } });
  await until(() => session.isReady);
  process.kill(pid, "SIGCONT");
  await until(() => !onNode().includes(pid));
});

test("a login that prints something is not taken for an answer", async () => {
  const rc = join(own, "greets");
  writeFileSync(rc, '#!/bin/sh\necho Welcome\nexec sh -c "$SSH_ORIGINAL_COMMAND"\n', { mode: 0o700 });
  await node.stop();
  const options = [`SetEnv "TEST_MARK=${own}" SHLVL=1`, `ForceCommand ${rc}`];
  node = await startSshd({ directory: join(own, "sshd"), address: "127.0.0.1", options });
  session = new NodeSession(reach(), join(own, "work"), 60);
  const problem = `berth: AnswerUnreadable: rpi1: either there is no room here in ${own}/run, or a file like .bashrc prints something at each login there; mend that, then run this again`;
  for (let tick = 0; tick < 2; tick++) expect(await ask()).toEqual({ problem });
});

test("nothing is left there when who asks is killed", async () => {
  const program = join(own, "asks.js");
  const [module, asked] = [
    join(__dirname, "../../../ops/node/node-session"),
    JSON.stringify(JSON.stringify(request())),
  ];
  writeFileSync(
    program,
    `const { NodeSession } = require(${JSON.stringify(module)});
     const session = new NodeSession(${JSON.stringify(reach())}, ${JSON.stringify(join(own, "work"))}, 600);
     session.run("status", JSON.stringify(${asked}.replace("{", '{"deadline_s":20,')), 20);
     setInterval(() => session.isReady && console.log("ready"), 20);`,
  );
  const tsx = join(__dirname, "../../../node_modules/tsx/dist/cjs/index.cjs");
  const asks = spawn(process.execPath, ["-r", tsx, program], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => asks.stdout.once("data", resolve));
  expect(onNode().length).toBe(1);
  asks.kill("SIGKILL");
  await until(() => onNode().length === 0);
});
