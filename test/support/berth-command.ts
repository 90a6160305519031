import { execFile } from "node:child_process";
import { join } from "node:path";

const project = join(__dirname, "..", "..");

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `./berth ARGS`, for verbs that need no Pulumi. */
export function berthCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  return new Promise((done) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 26 };
    execFile(join(project, "berth"), [...args], options, (error, stdout, stderr) =>
      done({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}
