/** What fetching leaves behind when it fails. That results arrive is proved in test/integration, over real nodes. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** In the place of a program of the system. */
function fake(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o700);
}

test("copies of databases do not stay on a node from which nothing comes", () => {
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  const node = { name: "rpi1", type: "host", ram_gb: 8, max_instances: 2, host: "192.0.2.1", ssh_user: "pi" };
  const key = join(folder, "key");
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const files = {
    cluster: { cluster: { name: "test" }, nodes: [{ ...node, host_key: hostKey, ssh_key_path: key }] },
    scenario: { name: "test", instances: [{ instance_id: "a", ram_gb: 1, command: ["sleep", "1"] }] },
    stack: {
      config: {
        "berth:cluster": join(folder, "cluster.yaml"),
        "berth:scenario": join(folder, "scenario.yaml"),
        "berth:gone": join(folder, "gone"),
      },
    },
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.yaml`), dump(text));
  const asked = join(folder, "asked");
  const found = { logs: true, folder: ".fetch-test", copied: ["experiments.db"], as_it_is: {} };
  fake("ssh", `cat >>${asked}; echo '${JSON.stringify(found)}'`);
  fake("rsync", "echo 'No space left on device' >&2; exit 11");
  const args = [
    "fetch",
    "test",
    "--config-file",
    join(folder, "stack.yaml"),
    "--to",
    join(folder, "results"),
  ];
  const { status, stderr } = spawnSync(process.execPath, ["berth", ...args], {
    env: { ...process.env, PATH: `${folder}:${process.env.PATH}`, XDG_RUNTIME_DIR: folder },
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([1, "rpi1: rsync ended with 11: No space left on device\n"]);
  expect(readFileSync(asked, "utf8")).toMatch(/load\(.*done[\\"]+: ?true/);
});
