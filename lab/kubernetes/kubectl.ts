import { spawn } from "node:child_process";
import { join } from "node:path";

/** What `kubectl` needs of a lab. */
export interface KubectlTarget {
  readonly directory: string;
  readonly kubeconfig: string;
  readonly context: string;
  /** Folder of the control plane's programs. */
  readonly programs: string;
}

/** Runs the lab's own `kubectl ARGS`, `input` on its stdin. Resolves with its stdout; throws with its words when it fails. */
export function kubectl(target: KubectlTarget, args: readonly string[], input = ""): Promise<string> {
  const own = [
    `--kubeconfig=${target.kubeconfig}`,
    `--context=${target.context}`,
    `--cache-dir=${join(target.directory, "kubectl-cache")}`,
  ];
  const child = spawn(join(target.programs, "kubectl"), [...own, ...args]);
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`kubectl ${args.join(" ")}:\n${stderr.trim()}`)),
    );
    // It may have ended without reading; what it said tells more than a broken pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** Objects of one kind, as the API server has them. */
export async function kubectlList<T>(target: KubectlTarget, ...args: readonly string[]): Promise<T[]> {
  return JSON.parse(await kubectl(target, ["get", ...args, "--output=json"])).items;
}
