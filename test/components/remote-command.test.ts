/**
 * What Berth asks of @pulumi/command, option by option, each with the trap it closes. That the plugin then behaves so is
 * proved in test/conformance, that the whole does in test/integration.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remoteCommand } from "../../components/remote-command";
import type { SshAccess } from "../../components/ssh-access";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";

interface RemoteInputs {
  readonly connection: { readonly value: Record<string, unknown> };
  readonly create: string;
  readonly update: string;
  readonly delete: string;
  readonly stdin: string;
  readonly [option: string]: unknown;
}

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
const keyPath = join(folder, "key");
let registered: Registered[];

const anAccess = (fields: Partial<SshAccess> = {}): SshAccess => ({
  host: "192.0.2.1",
  port: 22,
  user: "pi",
  hostKey: "ssh-ed25519 AAAA",
  ...fields,
});

beforeAll(async () => {
  writeFileSync(keyPath, "PRIVATE");
  registered = await mockEngine();
});
afterAll(() => rmSync(folder, { recursive: true }));

async function command(
  name: string,
  verbs: Pick<Parameters<typeof remoteCommand>[1], "ensure" | "undo">,
  access = anAccess({ keyPath }),
) {
  const parent = new pulumi.ComponentResource("test:x:Parent", `${name}-parent`);
  const request = { work_dir: "/w", stack: "s", token: 'it\'s "$(quoted)" `x` \\ \n é 😀' };
  const resource = remoteCommand(name, { place: ["rpi1"], access, ...verbs, request }, { parent });
  await settled(resource.urn);
  return registered.find((one) => one.name === name)!.inputs as RemoteInputs;
}

/** The connection, which the SDK always hands over as a secret. */
const login = (inputs: RemoteInputs) => inputs.connection.value;

describe("remoteCommand", () => {
  test("another node is another resource: only the node's name is a trigger, never its address", async () => {
    expect((await command("trigger", { ensure: "start" })).triggers).toEqual(["rpi1"]);
  });
  test("an update is said explicitly, since without one the plugin falls back to create", async () => {
    const { create, update } = await command("update", { ensure: "start" });
    expect([create, update]).toEqual(["exec python3 -I - start", "exec python3 -I - start"]);
  });
  test("a janitor contacts nobody until it is deleted", async () => {
    const { create, update, delete: undo } = await command("janitor", { undo: "stop" });
    expect([create, update, undo]).toEqual([undefined, undefined, "exec python3 -I - stop"]);
  });
  test("previous output is not sent as environment, which sshd refuses", async () => {
    const inputs = await command("environment", { ensure: "start" });
    expect([inputs.addPreviousOutputInEnv, inputs.environment]).toEqual([false, undefined]);
  });
  test("output is not logged: a long line would hang the plugin, and a log is no place for it", async () => {
    expect((await command("logging", { ensure: "start" })).logging).toBe("none");
  });
  test("the host key is always pinned and a dead host fails after two more tries", async () => {
    const { hostKey, dialErrorLimit, perDialTimeout } = login(await command("host-key", { ensure: "start" }));
    expect([hostKey, dialErrorLimit, perDialTimeout]).toEqual(["ssh-ed25519 AAAA", 2, 15]);
  });
  test("a jump host is pinned as well", async () => {
    const jump = anAccess({ host: "192.0.2.9", hostKey: "ssh-ed25519 BBBB" });
    const { proxy } = login(await command("jump", { ensure: "start" }, anAccess({ jump })));
    expect(proxy).toEqual({
      host: "192.0.2.9",
      port: 22,
      user: "pi",
      hostKey: "ssh-ed25519 BBBB",
      dialErrorLimit: 2,
      perDialTimeout: 15,
    });
  });
  test("with an agent no private key enters the state", async () => {
    expect(login(await command("agent", { ensure: "start" }, anAccess()))).not.toHaveProperty("privateKey");
  });
  test("a private key enters it as a secret", async () => {
    const { connection } = await command("key", { ensure: "start" });
    expect(connection).toMatchObject({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value: { privateKey: "PRIVATE" },
    });
  });
  test("no word of the request is in a command line, and the request arrives as it was", async () => {
    const inputs = await command("request", { ensure: "start" });
    const call = inputs.stdin.slice(inputs.stdin.lastIndexOf("\nload("));
    const echo = `import json\ndef load(text): print(json.dumps(json.loads(text)))\n${call}`;
    const answer = JSON.parse(
      execFileSync("python3", ["-I", "-", "start"], { input: echo, encoding: "utf8" }),
    );
    expect(answer).toEqual({
      deadline_s: 120,
      work_dir: "/w",
      stack: "s",
      token: 'it\'s "$(quoted)" `x` \\ \n é 😀',
    });
  });
  test("a node without Python says so, whatever its login shell", async () => {
    const { create } = await command("python", { ensure: "preflight" });
    for (const shell of ["sh", "bash"]) {
      let stderr = "";
      try {
        execFileSync("/usr/bin/env", ["-i", "PATH=/nowhere", `/bin/${shell}`, "-c", create], {
          stdio: ["ignore", "pipe", "pipe"],
        });
      } catch (error) {
        stderr = String((error as { stderr: Buffer }).stderr);
      }
      expect(stderr).toBe(
        "berth: PythonMissing: this node has no python3; type  sudo apt-get install python3\n",
      );
    }
  });
});
