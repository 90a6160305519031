import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runningSshd, type Sshd, startSshd, stopSshd } from "../../lab/sshd";

const directory = mkdtempSync(join(tmpdir(), "Ana's berth-"));
afterAll(async () => {
  await stopSshd(directory);
  rmSync(directory, { recursive: true });
});

const ssh = (node: Sshd, command: string) =>
  execFileSync(
    "ssh",
    [
      "-F",
      "none",
      "-p",
      `${node.port}`,
      "-i",
      node.keyPath,
      "-o",
      "IdentitiesOnly=yes",
      "-o",
      "BatchMode=yes",
    ]
      .concat(["-o", `UserKnownHostsFile="${node.knownHostsPath}"`, "-o", "StrictHostKeyChecking=yes"])
      .concat([node.address, command]),
    { encoding: "utf8" },
  );

test("runs commands over a pinned host key, stops, and keeps its keys for the next start", async () => {
  const first = await startSshd({ directory, address: "127.0.0.11", options: ['SetEnv "LAB=yes"'] });
  expect(ssh(first, "echo $LAB")).toBe("yes\n");
  expect(runningSshd(directory)).toBe(first.pid);
  await first.stop();
  await first.stop();
  expect(runningSshd(directory)).toBeUndefined();

  const second = await startSshd({ directory, address: "127.0.0.11", port: first.port });
  expect([second.hostKey, second.port]).toEqual([first.hostKey, first.port]);
  await expect(
    startSshd({ directory: `${directory}/taken`, address: "127.0.0.11", port: first.port }),
  ).rejects.toThrow(/Address already in use/);
});
