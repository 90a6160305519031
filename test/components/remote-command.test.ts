/**
 * What Berth asks of @pulumi/command, option by option, each with the trap it closes. That the plugin then behaves so is
 * proved in test/conformance, what the program does in run-on-node.test.ts, that the whole does in test/integration.
 */
import { execFileSync } from "node:child_process";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, test } from "vitest";
import { remoteCommand } from "../../components/remote-command";
import type { SshAccess } from "../../components/ssh-access";
import { mockEngine, type Registered, settled } from "../support/pulumi-mocks";

interface CommandInputs {
  readonly create: string;
  readonly update: string;
  readonly delete: string;
  readonly stdin: string;
  readonly environment: Record<string, string>;
  readonly [option: string]: unknown;
}

let registered: Registered[];
beforeAll(async () => {
  registered = await mockEngine();
});

const anAccess = (fields: Partial<SshAccess> = {}): SshAccess => ({
  host: "192.0.2.1",
  port: 22,
  user: "pi",
  hostKey: "ssh-ed25519 AAAA",
  keyPath: "/home/me/.ssh/key",
  ...fields,
});

async function command(
  name: string,
  verbs: Pick<Parameters<typeof remoteCommand>[1], "ensure" | "undo">,
  access = anAccess(),
) {
  const parent = new pulumi.ComponentResource("test:x:Parent", `${name}-parent`);
  const request = { work_dir: "/w", stack: "s", token: 'it\'s "$(quoted)" `x` \\ \n é 😀' };
  const reach = { node: "rpi1", stack: "hive", access, gone: ".berth/gone/lab/rpi1" };
  const resource = remoteCommand(name, { place: ["rpi1"], reach, ...verbs, request }, { parent });
  await settled(resource.urn);
  return registered.find((one) => one.name === name)!.inputs as CommandInputs;
}

describe("remoteCommand", () => {
  test("another node is another resource: only the node's name is a trigger, never its address", async () => {
    expect((await command("trigger", { ensure: "start" })).triggers).toEqual(["rpi1"]);
  });
  test("an update is said explicitly, since without one the plugin falls back to create", async () => {
    const { create, update } = await command("update", { ensure: "start" });
    expect([create, update]).toEqual([
      "exec sh components/run-on-node.sh start",
      "exec sh components/run-on-node.sh start",
    ]);
  });
  test("a janitor contacts nobody until it is deleted", async () => {
    const { create, update, delete: undo } = await command("janitor", { undo: "stop" });
    expect([create, update, undo]).toEqual([undefined, undefined, "exec sh components/run-on-node.sh stop"]);
  });
  test("previous output is not handed to the next run", async () => {
    expect((await command("output", { ensure: "start" })).addPreviousOutputInEnv).toBe(false);
  });
  test("output is not logged: a long line would hang the plugin, and a log is no place for it", async () => {
    expect((await command("logging", { ensure: "start" })).logging).toBe("none");
  });
  test("all that a delete needs is in the environment, which the state keeps: nothing of it is a secret", async () => {
    const jump = anAccess({ host: "192.0.2.9", port: 2222, hostKey: "ssh-ed25519 BBBB", keyPath: undefined });
    const { environment } = await command("environment", { undo: "stop" }, anAccess({ jump }));
    expect(environment).toMatchInlineSnapshot(`
      {
        "BERTH_GONE": ".berth/gone/lab/rpi1",
        "BERTH_KNOWN_HOSTS": "node ssh-ed25519 AAAA
      jump ssh-ed25519 BBBB
      ",
        "BERTH_NODE": "rpi1",
        "BERTH_SECONDS": "120",
        "BERTH_SSH_CONFIG": "Host node
        HostName 192.0.2.1
        Port 22
        User pi
        IdentityFile "/home/me/.ssh/key"
        IdentitiesOnly yes
        ProxyJump jump
        ControlPath "{folder}/socket"
        HostKeyAlias node
        HostKeyAlgorithms ssh-ed25519
        UserKnownHostsFile "{folder}/known_hosts"
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
        BatchMode yes
        ConnectTimeout 10
        ServerAliveInterval 5
        ServerAliveCountMax 4
        LogLevel ERROR

      Host jump
        HostName 192.0.2.9
        Port 2222
        User pi
        HostKeyAlias jump
        HostKeyAlgorithms ssh-ed25519
        UserKnownHostsFile "{folder}/known_hosts"
        GlobalKnownHostsFile /dev/null
        StrictHostKeyChecking yes
        BatchMode yes
        ConnectTimeout 10
        ServerAliveInterval 5
        ServerAliveCountMax 4
        LogLevel ERROR
      ",
        "BERTH_SSH_ID": "fc103ee9500280b8",
        "BERTH_STACK": "hive",
      }
    `);
  });
  test("the way to a node has one name for all, which changes with it", async () => {
    const id = async (name: string, access?: SshAccess) =>
      (await command(name, { undo: "stop" }, access)).environment.BERTH_SSH_ID;
    expect(await id("same")).toBe(await id("same-again"));
    expect(await id("other", anAccess({ port: 23 }))).not.toBe(await id("same-still"));
  });
  test("no word of the request is in a command line, and the request arrives as it was", async () => {
    const inputs = await command("request", { ensure: "start" });
    const echo = `import json\nprint(json.dumps(json.loads(${inputs.stdin})))`;
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
});
