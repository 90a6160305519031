import { spawn } from "node:child_process";
import { type Reach, reachEnvironment, runOnNodePath } from "../../components/reach";

/** How a request ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Sends one request to one node over the connection that updates use. Never throws for what is wrong over there. */
export function runOnNode(reach: Reach, verb: string, input: string, seconds: number): Promise<Ended> {
  return runOnNodeWith(reachEnvironment(reach, seconds), verb, input);
}

/** The same with what `run-on-node.sh` reads from its environment. */
export function runOnNodeWith(
  environment: Readonly<Record<string, string>>,
  verb: string,
  input: string,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn("sh", [runOnNodePath, verb], { env: { ...process.env, ...environment } });
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
