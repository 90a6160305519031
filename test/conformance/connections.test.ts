// How a remote command reaches its host and what it says when it does not, against real sshds.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sshd, startSshd } from "../../lab/sshd";
import { connectionTo } from "./connection-to";
import { Engine } from "./engine";

let engine: Engine;
const nodes: Sshd[] = [];
beforeAll(async () => {
  engine = new Engine();
  const start = async (name: string, options: string[]) => {
    const node = await startSshd({ directory: join(engine.folder, name), address: "127.0.0.1", options });
    nodes.push(node);
    return connectionTo(node);
  };
  const connection = await start("node", ["AcceptEnv GREETING"]);
  const jump = await start("jump", ["AllowTcpForwarding yes", "PermitOpen *:*"]);
  engine.define({ connection, jump });
});
afterAll(async () => {
  for (const node of nodes) await node.stop();
  engine.remove();
});

const notAccepted = (variable: string) =>
  `Unable to set '${variable}'. This only works if your SSH server is configured to accept
	these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could
	prefix the command itself with the variables in the form 'VAR=value command'`;

test("host key: right or not asked for; jump host; environment that sshd accepts", async () => {
  const { ok, errors } = await engine.run(
    "up",
    `const { hostKey, ...unchecked } = connection;
     const outputs = {
       right: new remote.Command("right", { connection, create: "echo right" }),
       absent: new remote.Command("absent", { connection: unchecked, create: "echo absent" }),
       jumped: new remote.Command("jumped", { connection: { ...connection, proxy: jump }, create: "set -- $SSH_CONNECTION; echo $4" }),
       greeted: new remote.Command("greeted", { connection, environment: { GREETING: "hello" }, create: "echo $GREETING" }),
     };
     for (const [name, { stdout }] of Object.entries(outputs)) exports[name] = stdout;
     exports.defaults = outputs.absent.connection.apply(({ user, privateKey, ...rest }) => rest);`,
  );
  expect([ok, errors]).toEqual([true, {}]);
  const [host, port] = [nodes[0]?.address, nodes[0]?.port];
  expect(engine.outputs()).toEqual({
    right: "right",
    absent: "absent",
    jumped: `${port}`,
    greeted: "hello",
    defaults: { host, port, dialErrorLimit: 10, perDialTimeout: 15 },
  });
});

test("an update whose host does not accept the output of before is warned about and goes on", async () => {
  const program = (create: string) => `new remote.Command("again", { connection, create: "${create}" });`;
  await engine.run("up", program("echo before"));
  const { ok, shown } = await engine.run("up", program("echo after"));
  expect([ok, shown.again?.[0]]).toEqual([true, notAccepted("PULUMI_COMMAND_STDOUT")]);
});

test("refused: each with its reason, after the tries it was given", async () => {
  const { ok, errors, shown } = await engine.run(
    "up",
    `const fail = (name, changes, args) =>
       new remote.Command(name, { connection: { ...connection, dialErrorLimit: 1, ...changes }, create: "true", ...args });
     fail("wrong-host-key", { hostKey: jump.hostKey });
     fail("no-host-key", { hostKey: "nonsense" });
     fail("closed-port", { port: 1, dialErrorLimit: 2 });
     fail("wrong-key", { privateKey: jump.privateKey });
     fail("wrong-jump-host-key", { proxy: { ...jump, hostKey: connection.hostKey, dialErrorLimit: 0 } });
     fail("environment", {}, { environment: { FORBIDDEN: "1" }, create: "echo ran" });`,
    ["--continue-on-error"],
  );
  const said = (name: string) => errors[name]?.at(-1);
  const { address, hostKey } = nodes[0] as Sshd;
  expect([ok, hostKey.startsWith("ssh-ed25519 ")]).toEqual([false, true]);
  expect(said("wrong-host-key")).toBe(
    "after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch",
  );
  expect(said("no-host-key")).toBe("failed to parse host key: ssh: no key found");
  expect(said("closed-port")).toBe(
    `after 2 failed attempts: dial tcp ${address}:1: connect: connection refused`,
  );
  expect(shown["closed-port"]).toEqual(["Dial 1/2 failed: retrying", "Dial 2/2 failed: retrying"]);
  expect(said("wrong-key")).toBe(
    "after 1 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain",
  );
  expect(said("wrong-jump-host-key")).toBe(
    "proxy: after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
  );
  expect(errors.environment).toEqual(
    expect.arrayContaining([
      notAccepted("FORBIDDEN"),
      'could not set environment variable "FORBIDDEN": ssh: setenv failed',
    ]),
  );
  expect(shown.environment).toBeUndefined();
  expect(Object.keys(engine.state())).toEqual([]);
});

test("a host that comes up late is reached by a later try", async () => {
  const directory = join(engine.folder, "late");
  const early = await startSshd({ directory, address: "127.0.0.1" });
  await early.stop();
  engine.define({ late: connectionTo(early) });
  const run = engine.run("up", `new remote.Command("patient", { connection: late, create: "true" });`);
  await expect.poll(() => engine.printed(), { timeout: 20_000 }).toContain("Dial 2/10 failed: retrying");
  nodes.push(await startSshd({ directory, address: "127.0.0.1", port: early.port }));
  expect(await run).toMatchObject({ ok: true, steps: ["create patient"] });
});
