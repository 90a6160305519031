import type { Command } from "commander";

/** A verb of `./berth` as its help shows it. */
export interface Verb<Args extends unknown[]> {
  readonly name: string;
  /** Its name of old. */
  readonly alias?: string;
  readonly description: string;
  /** Name and meaning each, in commander's notation: `<needed>`, `[optional]`. */
  readonly args: readonly (readonly [name: string, meaning: string])[];
  /** Flags and meaning each, besides `--config-file` and `--json`; then what it is where it is not written. */
  readonly options?: readonly (readonly [flags: string, meaning: string, fallback?: string])[];
  /** What `--json` prints; undefined: it has none. */
  readonly json?: string;
  /** What else there is to know, before the exit status. */
  readonly note?: string;
  readonly exitStatus: string;
  /** What follows `./berth`, or a line of the shell with `./berth` in it. */
  readonly examples: readonly string[];
  /**
   * Does it; returns the exit status. Loads its module by itself, as no verb must wait for what another needs: by require, because
   * tsx's CommonJS loader does not see import().
   */
  run(...args: Args): number | Promise<number>;
}

export const stackArgument = ["<stack>", "a stack of stacks/, such as hive-cluster"] as const;

/** Gives the program a verb. Its options come last of what `run` is given. */
// biome-ignore lint/suspicious/noExplicitAny: commander knows the arguments at run time only
export function addVerb(program: Command, verb: Verb<any[]>): void {
  const command = program.command(verb.name).description(verb.description);
  if (verb.alias) command.alias(verb.alias);
  for (const [name, meaning] of verb.args) command.argument(name, meaning);
  for (const [flags, meaning, fallback] of verb.options ?? []) command.option(flags, meaning, fallback);
  command.option("--config-file <file>", "stack file to use instead of the one in stacks/");
  if (verb.json) command.option("--json", verb.json);
  command
    .addHelpText(
      "after",
      `
${verb.note ? `${verb.note}\n\n` : ""}Exit status: ${verb.exitStatus}.

Examples:
${verb.examples.map((example) => `  ${typed(example)}`).join("\n")}`,
    )
    .action(async (...given) => {
      process.exitCode = await verb.run(...given.slice(0, verb.args.length + 1));
    });
}

const typed = (example: string) => (example.startsWith("eval ") ? example : `./berth ${example}`);
