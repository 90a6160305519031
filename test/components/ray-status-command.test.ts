import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { rayStatusCommand } from "../../components/ray-status-command";

const here = mkdtempSync(join(tmpdir(), "berth-test-"));
afterAll(() => rmSync(here, { recursive: true }));

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

test.each(["plain", 'it\'s a $HOME; `id` "é" \\ & > x'])(
  "a folder called %s is one path to both shells",
  (name) => {
    // As sshd does with what OpenSSH's client was given.
    script(join(here, "berth"), 'shift 3; exec sh -c "$*"');
    mkdirSync(join(here, name, "venv/bin"), { recursive: true });
    script(
      join(here, name, "venv/bin/python"),
      'echo "$RAY_AUTH_MODE" "$@"; printf %s "$RAY_AUTH_TOKEN_PATH"',
    );
    const args = { stack: "pair", node: "rpi1", address: "192.0.2.1:20192" };
    for (const folder of [join(here, name), `~/${name}`]) {
      const line = rayStatusCommand({ ...args, folder });
      const said = execFileSync("sh", ["-c", line], { cwd: here, env: { ...process.env, HOME: here } });
      expect(said.toString()).toBe(
        `token -m ray.scripts.scripts status --address 192.0.2.1:20192\n${join(here, name, "token")}`,
      );
    }
  },
);
