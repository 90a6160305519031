/** Local files only: what is refused, in which words. That a wrong host key is refused on the wire is proved in test/integration. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { sshAccess } from "../../components/ssh-access";

const home = mkdtempSync(join(tmpdir(), "berth-test-"));
const keygen = (...args: string[]) => execFileSync("ssh-keygen", ["-q", ...args]);
const newKey = (name: string, passphrase = "", type = "ed25519") => {
  keygen("-t", type, "-N", passphrase, "-C", "somebody", "-f", join(home, name));
  return join(home, name);
};
const publicOf = (keyPath: string) => readFileSync(`${keyPath}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
let key: string;
let hostKey: string;

beforeAll(() => {
  vi.stubEnv("HOME", home);
  vi.stubEnv("SSH_AUTH_SOCK", "");
  mkdirSync(join(home, ".ssh"));
  key = newKey("key");
  hostKey = publicOf(newKey("host"));
  const rsa = publicOf(newKey("rsa", "", "rsa"));
  const file = join(home, ".ssh", "known_hosts");
  writeFileSync(
    file,
    `plain.example ${hostKey}\n[ported.example]:2222 ${hostKey}\nrsa.example ${rsa}\nhashed.example ${hostKey}\n`,
  );
  keygen("-H", "-f", file);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const to = (host: string, more: object = {}) => ({
  n: { host, port: 22, user: "pi", keyPath: key, ...more },
});
const refusal = (connections: Parameters<typeof sshAccess>[0]) => {
  try {
    sshAccess(connections);
    return "no refusal";
  } catch (error) {
    return (error as Error).message.replaceAll(home, "HOME");
  }
};

test.each([
  ["plain", "plain.example", 22],
  ["with a port", "ported.example", 2222],
  ["hashed", "hashed.example", 22],
])("a host key comes from known_hosts, %s", (_, host, port) => {
  expect(sshAccess(to(host, { port })).get("n")!.hostKey).toBe(hostKey);
});
test("a written host key wins, without its comment", () => {
  expect(sshAccess(to("plain.example", { hostKey: "ssh-ed25519 AAAA me@home" })).get("n")!.hostKey).toBe(
    "ssh-ed25519 AAAA",
  );
});
test("a machine nobody vouches for is refused with the command to type, and so is a jump host; all at once", () => {
  expect(
    refusal({
      ...to("new.example", { jumpHost: { host: "jump.example", port: 22, user: "pi", keyPath: key } }),
      m: to("rsa.example").n,
    }),
  ).toMatchInlineSnapshot(`
    "node n.jump_host: no host key for jump.example, so it could be anybody; connect once by hand and compare the fingerprint that is shown:  ssh -p 22 pi@jump.example  (or write host_key in the cluster file)
    node n: no host key for new.example, so it could be anybody; connect once by hand and compare the fingerprint that is shown:  ssh -p 22 pi@new.example  (or write host_key in the cluster file)
    node m: no host key for rsa.example, so it could be anybody; connect once by hand and compare the fingerprint that is shown:  ssh -p 22 pi@rsa.example  (or write host_key in the cluster file)"
  `);
});
test("an RSA host key is refused: the plugin would ask for signatures that no sshd gives any more", () => {
  expect(refusal(to("plain.example", { hostKey: "ssh-rsa AAAA" }))).toMatchInlineSnapshot(
    `"node n: host_key is of a kind that cannot be pinned (ssh-rsa); use the machine's ssh-ed25519 or ecdsa key"`,
  );
});
test("a key that is not there", () => {
  expect(refusal(to("plain.example", { keyPath: join(home, "nowhere") }))).toMatchInlineSnapshot(
    `"node n: ssh_key_path HOME/nowhere does not exist; make one with  ssh-keygen -t ed25519 -f HOME/nowhere"`,
  );
});
test("a key that others can read", () => {
  const open = newKey("open");
  chmodSync(open, 0o644);
  expect(refusal(to("plain.example", { keyPath: open }))).toMatchInlineSnapshot(
    `"node n: ssh_key_path HOME/open is readable by others; type  chmod 600 HOME/open"`,
  );
});
test("a key with a passphrase that no agent holds", () => {
  expect(refusal(to("plain.example", { keyPath: newKey("locked", "secret") }))).toMatchInlineSnapshot(
    `"node n: ssh_key_path HOME/locked has a passphrase and the SSH agent does not hold it; type  ssh-add HOME/locked"`,
  );
});
test("no key at all", () => {
  expect(refusal(to("plain.example", { keyPath: undefined }))).toMatchInlineSnapshot(
    `"node n: no ssh_key_path and no key in an SSH agent; write ssh_key_path or run ssh-add"`,
  );
});
test("a key that the agent holds stays in the agent", () => {
  const agent = execFileSync("ssh-agent", ["-s"], { encoding: "utf8" });
  const [, socket, pid] = /SSH_AUTH_SOCK=([^;]+);[\s\S]*SSH_AGENT_PID=(\d+)/.exec(agent)!;
  try {
    vi.stubEnv("SSH_AUTH_SOCK", socket!);
    execFileSync("ssh-add", ["-q", key], { stdio: "ignore" });
    expect(sshAccess(to("plain.example")).get("n")).not.toHaveProperty("keyPath");
  } finally {
    vi.stubEnv("SSH_AUTH_SOCK", "");
    process.kill(Number(pid));
  }
});
