import { bold, dim } from "picocolors";
import { destroyCommand, type Workspace } from "./workspace";

let step = 0;

/** Begins the next numbered step of a demo. */
export const say = (text: string) => console.log(`\n${bold(`${++step}. ${text}`)}`);

/** Prints a line that somebody else said. */
export const show = (line: string) =>
  console.log(`${dim("   │ ")}${line.replace(/^(@ \w+\.*| {4})/, "").trimEnd()}`);

/** Folder of all labs and of the state of their stacks. */
export const home = ".lab";

/**
 * Runs `./berth VERB STACK` and shows the lines that matter here. Throws when it fails, after it has shown all of them, with the
 * way on and the way out.
 */
export async function berth(
  workspace: Workspace,
  verb: string,
  args: readonly string[],
  matters: { test(line: string): boolean },
): Promise<void> {
  const { stack, configFile } = workspace;
  const config = ["--config-file", configFile];
  const { status, output } = await workspace.run(
    // Less than the terminal has: each line is shown behind a rule.
    ["env", `COLUMNS=${(process.stdout.columns ?? 100) - 5}`, "./berth", verb, stack, ...config, ...args],
    (line) => {
      if (matters.test(line) || /^berth: |@v\S+ \(local: policies\)$/.test(line)) show(line);
    },
  );
  if (status === 0) return;
  if (!interrupted) console.log(output);
  throw new Error(`./berth ${verb} ended with ${status}. The same demo again goes on from here; to end it:
  ${destroyCommand(home, workspace.stack)}
  npm run lab -- down`);
}

/** For verbs that Pulumi answers. */
export const engineArgs = (...args: string[]) => ["--", ...args, "--non-interactive", "--color", "never"];

/** For verbs whose every line matters. */
export const everything = { test: () => true };

/** Matches the plan's own lines in a preview, and the number of resources. */
export function explanation(): { test(line: string): boolean } {
  let inside = false;
  return {
    test(line) {
      if (line.startsWith("Diagnostics:")) inside = true;
      if (line.startsWith("Outputs:")) inside = false;
      return (inside && line.startsWith("    ")) || / to create$/.test(line);
    },
  };
}

// The engine gets the same Ctrl-C, and ends in order: what it has begun stands in its state.
let interrupted = false;
process.on("SIGINT", () => {
  if (!interrupted) console.log("\nWaiting for what is under way to end …");
  interrupted = true;
});
