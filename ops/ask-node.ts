import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeProgram } from "../components/node-program";
import type { SshAccess } from "../components/ssh-access";
import { sshConfig } from "../components/ssh-config";

/** What a node said: its supervisor's answer, or why there is none. */
export type Answer<T> = { readonly answer: T } | { readonly problem: string };

const deadlineSeconds = 20;

/**
 * Asks one node's supervisor over the OpenSSH client: verbs that change nothing (`status`, `logs`, `facts`).
 * Never throws for what is wrong over there, and takes at most 30 s.
 */
export async function askNode<T>(
  access: SshAccess,
  verb: "status" | "logs" | "facts",
  request: object,
): Promise<Answer<T>> {
  const folder = mkdtempSync(join(tmpdir(), "berth-"));
  try {
    const files = sshConfig(access);
    const [config, knownHosts] = [join(folder, "config"), join(folder, "known_hosts")];
    writeFileSync(knownHosts, files.knownHosts);
    writeFileSync(config, files.config.replaceAll("{known_hosts}", knownHosts));
    const { status, stdout, stderr } = await run(
      ["ssh", "-F", config, "node", `exec python3 -I - ${verb}`],
      nodeProgram({ deadline_s: deadlineSeconds, ...request }),
    );
    return status === 0
      ? { answer: JSON.parse(stdout) as T }
      : { problem: stderr.trim() || `ssh ended with ${status}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run([program, ...args]: [string, ...string[]], input: string) {
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    const child = spawn(program, args, { timeout: (deadlineSeconds + 10) * 1000 });
    const [stdout, stderr]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout!.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr!.push(chunk));
    child.stdin.on("error", () => {}).end(input);
    const done = (status: number | null, problem = "") =>
      resolve({
        status,
        stdout: Buffer.concat(stdout!).toString(),
        stderr: Buffer.concat(stderr!).toString() + problem,
      });
    child.on("error", (error) => done(null, error.message));
    child.on("close", (status) => done(status));
  });
}
