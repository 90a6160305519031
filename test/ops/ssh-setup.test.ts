/** A key, a host key and a configuration where there were none, with a real sshd and a home of the test's own. Not proved: a password. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sshd, startSshd } from "../../lab/sshd";
import { withSshBlock } from "../../ops/node/ssh-block";
import type { SshNode } from "../../topology/ssh-nodes";
import { aNode } from "../support/topology";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
const [home, stackFile] = [join(folder, "home"), join(folder, "Pulumi.test.yaml")];
let sshd: Sshd;

beforeAll(async () => {
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, ".ssh", "config"), "Host mine\n  User me\n", { mode: 0o600 });
  sshd = await startSshd({ directory: join(folder, "sshd"), address: "127.0.0.1" });
  const machine = { type: "host", ram_gb: 8, max_instances: 2, host: "127.0.0.1", ssh_port: sshd.port };
  const node = { name: "rpi1", ...machine, ssh_user: userInfo().username, ssh_key_path: sshd.keyPath };
  writeFileSync(join(folder, "cluster.yaml"), dump({ cluster: { name: "test" }, nodes: [node] }));
  const sleeper = { instance_id: "a", ram_gb: 1, command: ["sleep", "1"] };
  writeFileSync(join(folder, "scenario.yaml"), dump({ name: "test", instances: [sleeper] }));
  const config = {
    "berth:cluster": join(folder, "cluster.yaml"),
    "berth:scenario": join(folder, "scenario.yaml"),
  };
  writeFileSync(stackFile, dump({ config }));
});
afterAll(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true });
});

const setUp = (...args: string[]) => {
  const env = { ...process.env, HOME: home, SSH_AUTH_SOCK: "" };
  const all = ["berth", "ssh-setup", "test", "--config-file", stackFile, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, all, { env, encoding: "utf8" });
  return { status, stdout: stdout.replaceAll(folder, "FOLDER"), stderr };
};
const file = (name: string) => {
  try {
    return readFileSync(join(home, ".ssh", name), "utf8");
  } catch {
    return undefined;
  }
};

test("it shows what it will do, does nothing without a yes, does it with one, and then there is nothing to do", () => {
  const print = spawnSync("ssh-keygen", ["-lf", join(folder, "sshd", "host_key.pub")], { encoding: "utf8" });
  const fingerprint = print.stdout.split(" ")[1]!;
  const user = userInfo().username;
  const shown = [
    `trust the machine rpi1: ${fingerprint} says it is 127.0.0.1`,
    `copy the key      FOLDER/sshd/client_key.pub to ${user}@127.0.0.1 (rpi1), unless it is there`,
    "write             a block for test in FOLDER/home/.ssh/config",
    "",
    "Compare each fingerprint with what the machine itself says:  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    "",
  ].join("\n");
  expect(setUp()).toEqual({
    status: 1,
    stdout: shown,
    stderr: "\nNothing was done. To do it:  add --yes\n",
  });
  expect(file("known_hosts")).toBeUndefined();

  expect(setUp("--yes")).toEqual({ status: 0, stdout: `${shown}rpi1: can be reached\n`, stderr: "" });
  const [knownHosts, config] = [file("known_hosts"), file("config")];
  expect(knownHosts).toBe(`[127.0.0.1]:${sshd.port} ${sshd.hostKey}\n`);
  expect(config).toMatch(
    /^Host mine\n {2}User me\n\n# berth test: begin .*\nHost rpi1\n[\s\S]*# berth test: end\n$/,
  );

  const again = setUp("--yes");
  expect([again.status, again.stdout.split("\n")[0]!.startsWith("copy the key"), again.stderr]).toEqual([
    0,
    true,
    "",
  ]);
  expect([file("known_hosts"), file("config")]).toEqual([knownHosts, config]);
}, 300_000);

test("one node alone takes no other out of the block", () => {
  const cluster = join(folder, "cluster.yaml");
  const before = readFileSync(cluster, "utf8");
  const { nodes, ...rest } = load(before) as { nodes: object[] };
  writeFileSync(
    cluster,
    dump({ ...rest, nodes: [...nodes, { ...nodes[0], name: "rpi2", host: "localhost" }] }),
  );
  expect(setUp("--yes").status).toBe(0);
  const both = file("config");
  expect(both).toMatch(/\nHost rpi1\n[\s\S]*\nHost rpi2\n/);
  expect(setUp("rpi2", "--yes").status).toBe(0);
  expect(file("config")).toBe(both);
  writeFileSync(cluster, before);
}, 300_000);

test("a configuration that is a link stays one; a key without its public half, and one that cannot tell it, are no crash", () => {
  const [config, elsewhere] = [join(home, ".ssh", "config"), join(folder, "dotfiles")];
  rmSync(config);
  writeFileSync(elsewhere, "Host mine\n", { mode: 0o644 });
  symlinkSync(elsewhere, config);
  const authorized = join(folder, "sshd", "authorized_keys");
  const known = existsSync(authorized) ? readFileSync(authorized, "utf8") : undefined;
  expect(setUp("--yes").status).toBe(0);
  expect(lstatSync(config).isSymbolicLink()).toBe(true);
  expect(readFileSync(elsewhere, "utf8")).toMatch(/^Host mine\n\n# berth test: begin /);
  expect(known).toBe(existsSync(authorized) ? readFileSync(authorized, "utf8") : undefined);

  const locked = join(folder, "locked");
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", locked]);
  rmSync(`${locked}.pub`);
  const cluster = join(folder, "cluster.yaml");
  writeFileSync(cluster, readFileSync(cluster, "utf8").replace(sshd.keyPath, locked));
  const { status, stdout, stderr } = setUp("--yes");
  expect([status, stderr]).toEqual([1, ""]);
  expect(stdout.split("\n").at(-2)).toBe(
    "rpi1: FOLDER/locked.pub is not there; make it with  ssh-keygen -y -f FOLDER/locked > FOLDER/locked.pub",
  );
}, 300_000);

test("a node behind a jump host: the jump host first, then the node through it, and a way that only ssh itself knows is named", async () => {
  const jump = await startSshd({ directory: join(folder, "jump"), address: "127.0.0.2" });
  const behind = await startSshd({ directory: join(folder, "behind"), address: "127.0.0.3" });
  const user = userInfo().username;
  const machine = { type: "host", ram_gb: 8, max_instances: 2, host: "127.0.0.3", ssh_port: behind.port };
  const node = { name: "rpi1", ...machine, ssh_user: user, ssh_key_path: behind.keyPath };
  const way = { host: "127.0.0.2", ssh_port: jump.port, ssh_user: user, ssh_key_path: jump.keyPath };
  const write = (...nodes: object[]) =>
    writeFileSync(join(folder, "cluster.yaml"), dump({ cluster: { name: "test" }, nodes }));
  for (const name of ["config", "known_hosts"]) rmSync(join(home, ".ssh", name), { force: true });
  try {
    write({ ...node, jump_host: way });
    // Nobody goes through a machine that is not trusted: what is behind it is seen once it is.
    const first = setUp("--yes");
    expect([first.status, first.stderr]).toEqual([
      1,
      `rpi1: its host key is not known, and nobody shows it at [127.0.0.3]:${behind.port} through its jump host yet\n`,
    ]);
    expect(first.stdout.split("\n").slice(-3, -1)).toEqual([
      "rpi1's jump host: can be reached",
      "rpi1: its host key is not known; type the same again once it can be seen",
    ]);
    const known = `[127.0.0.2]:${jump.port} ${jump.hostKey}\n`;
    expect(file("known_hosts")).toBe(known);

    const shown = setUp("--json");
    const print = spawnSync("ssh-keygen", ["-lf", join(folder, "behind", "host_key.pub")], {
      encoding: "utf8",
    });
    const trust = [{ name: "rpi1", host: "127.0.0.3", fingerprint: print.stdout.split(" ")[1] }];
    const copy = [
      { name: "rpi1's jump host", key: "FOLDER/jump/client_key.pub" },
      { name: "rpi1", key: "FOLDER/behind/client_key.pub" },
    ];
    const plan = { make: [], trust, copy, write: null };
    expect([shown.status, shown.stderr]).toEqual([1, ""]);
    expect(JSON.parse(shown.stdout)).toEqual({ ...plan, done: false, machines: {} });
    const logins = () =>
      readFileSync(join(folder, "jump", "sshd.log"), "utf8").match(/Accepted publickey/g)!.length;
    const before = logins();
    const done = setUp("--yes", "--json");
    // To see the host key, to look whether the jump host opens, and to look whether the node does.
    expect(logins() - before).toBe(3);
    expect([done.status, done.stderr]).toEqual([0, ""]);
    const machines = { "rpi1's jump host": null, rpi1: null };
    expect(JSON.parse(done.stdout)).toEqual({ ...plan, done: true, machines });
    expect(file("known_hosts")).toBe(`${known}[127.0.0.3]:${behind.port} ${behind.hostKey}\n`);
    const log = readFileSync(join(folder, "behind", "sshd.log"), "utf8");
    expect(log).toMatch(/Accepted publickey for \S+ from 127\.0\.0\.\d/);
    expect(file("config")).toContain(`ProxyJump ${user}@127.0.0.2:${jump.port}`);

    // The cluster file says no way, the user's own configuration does.
    write(node);
    writeFileSync(join(home, ".ssh", "config"), "Host 127.0.0.3\n  ProxyJump bastion\n", { mode: 0o600 });
    expect(setUp().stderr).toBe(
      `rpi1: ${join(home, ".ssh", "config")} goes to 127.0.0.3 through bastion, and Berth does not read that; write it into the cluster file as jump_host\n\nNothing was done. To do it:  add --yes\n`,
    );
  } finally {
    await jump.stop();
    await behind.stop();
  }
}, 300_000);

test("a block that is there is replaced, and what stands around it stays", () => {
  const node = (host: string) => [
    { ...aNode({ name: "rpi1" }), connection: { host, port: 22, user: "pi" } } as SshNode,
  ];
  const first = withSshBlock("Host mine\n", "lab", node("192.0.2.1"));
  const both = withSshBlock(`${first}\nHost after\n`, "lab", node("192.0.2.2"));
  expect(both).toBe(`${first.replace("192.0.2.1", "192.0.2.2")}\nHost after\n`);
  expect(withSshBlock(both, "lab", node("192.0.2.2"))).toBe(both);
});
