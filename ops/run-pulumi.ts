import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { checkKnown } from "../topology/check-known";
import { ConfigError } from "../topology/config-error";
import { stackFiles, stackNames } from "../topology/stack-files";
import { leftOnGoneNodes } from "./gone/left-on-gone-nodes";
import { clearStaleLocks } from "./stack/stale-locks";
import { knownStacks } from "./stack/state";
import { UpJournal } from "./stack/up-journal";
import { isInForeground } from "./terminal/is-in-foreground";

export interface PulumiOptions {
  configFile?: string;
  yes?: boolean;
  json?: boolean;
}

const project = join(__dirname, "..");

/**
 * Runs `pulumi VERB` for a stack in this project's environment, what changes it under the policies. Returns Pulumi's own exit
 * status, 128 + its number for a signal. Throws ConfigError for files that cannot be read.
 * @param more arguments for Pulumi as they are
 */
export async function runPulumi(
  verb: "preview" | "up" | "destroy",
  stack: string,
  { configFile, yes, json }: PulumiOptions,
  more: readonly string[],
): Promise<number> {
  // What is left of a stack can be destroyed whatever has become of its files.
  const files = verb === "destroy" ? undefined : stackFiles(stack, configFile);
  const { pulumiEnvironment, pulumiHome } = await import("../tools/environment.mjs");
  if (!pulumiHome()) throw new ConfigError(["berth: Pulumi is not set up; type: npm run setup"]);
  // A preview's single document leaves out what policies say; the lines that updates print have it.
  const env = pulumiEnvironment({ PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
  if (verb === "destroy" && configFile === undefined) await checkExists(stack, env);
  if (verb !== "preview")
    for (const line of await clearStaleLocks(stack, env)) console.error(`berth: ${line}`);
  const journal = verb === "up" ? recorded(() => new UpJournal(files!.journal, stack)) : undefined;
  const status = await finished(
    [
      verb,
      ...["--stack", stack],
      ...(configFile ? ["--config-file", resolve(configFile)] : []),
      ...(verb === "destroy" ? [] : ["--policy-pack", "policies"]),
      ...(yes ? ["--yes"] : []),
      ...(json ? ["--json"] : []),
      ...(journal?.args ?? []),
      ...more,
    ],
    { ...env, ...journal?.env },
  );
  recorded(() => journal?.end(status));
  if (verb !== "preview")
    for (const line of leftOnGoneNodes(stack, configFile)) console.error(`berth: ${line}`);
  return status;
}

/** Throws ConfigError for a stack that is neither in stacks/ nor known to the back end, which may know more. */
async function checkExists(stack: string, env: NodeJS.ProcessEnv): Promise<void> {
  const here = stackNames();
  // A name in full, organisation and project included, is for Pulumi to judge.
  if (here.includes(stack) || stack.includes("/")) return;
  checkKnown("stack", [stack], [...here, ...(await knownStacks(env)).map(({ name }) => name)]);
}

/** What cannot be written down is done all the same. */
function recorded<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    console.error(`berth: there is no record of this update: ${(error as Error).message}`);
    return undefined;
  }
}

function finished(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn("pulumi", args, { cwd: project, env, stdio: "inherit" });
    // A terminal sends Ctrl-C to both of us, and a second one would make Pulumi drop what is under way.
    process.on("SIGINT", () => isInForeground() || child.kill("SIGINT"));
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", fail);
    child.on("close", (code, signal) => done(code ?? 128 + constants.signals[signal!]));
  });
}
