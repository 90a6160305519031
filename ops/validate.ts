import { existsSync } from "node:fs";
import { ConfigError } from "../topology/config-error";
import { readFacts } from "../topology/facts";
import { loadTopology } from "../topology/load-topology";
import { stackFile, stackFiles, stackNames } from "../topology/stack-files";
import { paint } from "./terminal/paint";

export interface ValidateOptions {
  configFile?: string;
  json?: boolean;
}

interface Verdict {
  readonly stack: string;
  readonly files: readonly string[];
  /** Every mistake of the first step that has one: syntax, then shape, then references. */
  readonly issues: readonly string[];
}

/**
 * Checks every file that a stack is made of; contacts nobody. Without a stack, all stacks of stacks/. Returns the exit status:
 * 0 no mistake, 2 one. Throws ConfigError for a stack that does not exist.
 */
export function validate(stack: string | undefined, options: ValidateOptions): number {
  if (stack === undefined && options.configFile !== undefined)
    throw new ConfigError(["berth: whose file is that? Name a stack besides --config-file"]);
  if (stack !== undefined && options.configFile === undefined && !stackNames().includes(stack))
    stackFiles(stack);
  const names = stack === undefined ? stackNames() : [stack];
  if (names.length === 0)
    throw new ConfigError(["berth: there is no stack in stacks/; see stacks/Pulumi.hive-cluster.yaml"]);
  const verdicts = names.map((name) => verdictOn(name, options.configFile));
  if (options.json) console.log(JSON.stringify({ stacks: verdicts }, null, 2));
  else for (const verdict of verdicts) print(verdict);
  return verdicts.every(({ issues }) => issues.length === 0) ? 0 : 2;
}

function verdictOn(stack: string, configFile: string | undefined): Verdict {
  const read: string[] = [configFile ?? stackFile(stack)];
  try {
    const { cluster, scenario, connections, facts } = stackFiles(stack, configFile);
    read.push(cluster, scenario, ...(connections === undefined ? [] : [connections]));
    const snapshot = existsSync(facts) ? [facts] : [];
    read.push(...snapshot);
    ConfigError.gather([
      () => loadTopology({ cluster, scenario, connections }),
      () => snapshot.map((file) => readFacts(file)),
    ]);
    return { stack, files: read, issues: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { stack, files: read, issues: error.issues };
    throw error;
  }
}

function print({ stack, files, issues }: Verdict): void {
  if (issues.length === 0) console.log(`${stack}: no mistake in ${files.join(", ")}`);
  else {
    const count = `${issues.length} ${issues.length === 1 ? "mistake" : "mistakes"}`;
    console.error(
      [paint(process.stderr).red(`${stack}: ${count}`), ...issues.map((issue) => `  ${issue}`)].join("\n"),
    );
  }
}
