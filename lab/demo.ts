import { readdirSync, readFileSync, rmSync } from "node:fs";
import { Command } from "commander";
import { load } from "js-yaml";
import { bold, dim, green, red } from "picocolors";
import { type Lab, labDown, labUp, readLab } from "./lab";
import { leftBehind } from "./left-behind";
import { destroyCommand, openWorkspace, type Workspace } from "./workspace";

const home = ".lab";
const labFolder = `${home}/lab`;
const stacks = readdirSync("stacks").flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);

interface Options {
  readonly scenario: string;
  readonly keep?: boolean;
}

/** Program (`npm run demo`): the main job, from preview to a checked nothing, on machines that this computer plays. */
async function main({ scenario: stack, keep }: Options): Promise<void> {
  if (!stacks.includes(stack)) throw new Error(`no scenario "${stack}"; there are ${stacks.join(", ")}`);
  refuseBeside(stack);
  say("The machines: each an SSH server of its own here; RAM, cores and CPU are only declared.");
  const lab = await labUp(labFolder, clusterOf(stack));
  for (const { name, address, port } of lab.nodes) show(`${name.padEnd(8)} ${address}:${port}`);
  const workspace = await openWorkspace({ directory: home, lab, stack, config: { "berth:purge": true } });

  say("./berth preview: which node does each instance get, and why no other? Nobody is contacted.");
  await berth(workspace, "preview", [], explanation());
  say("./berth up: check the machines, copy the code, start one supervised process per instance.");
  await berth(
    workspace,
    "up",
    ["--yes", "--skip-preview"],
    / command:.*-(preflight|code|environment|start|joined|run) \w+ed |^ +[-+~]+ ?\d|unchanged$/,
  );
  say("./berth status: asked over SSH, of the machines themselves.");
  await showStatus(workspace);
  if (keep) return sayNext(workspace);
  say("./berth destroy: stop the processes, then remove code, supervisor, logs and results.");
  await berth(
    workspace,
    "destroy",
    ["--yes", "--skip-preview"],
    / command:.*-(janitor|preflight) deleted|^ +- \d/,
  );
  await finish(lab);
}

/** One scenario at a time: two would fight for the same few machines. */
function refuseBeside(stack: string): void {
  const lab = readLab(labFolder);
  const other = lab && leftBehind(lab).stacks.find((name) => name !== stack);
  if (other)
    throw new Error(
      `${other} is still on the lab's machines; destroy it first:\n  ${destroyCommand(home, other)}`,
    );
}

function clusterOf(stack: string): string {
  const file = load(readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8")) as {
    config: { "berth:cluster": string };
  };
  return file.config["berth:cluster"];
}

/** Runs Pulumi by a verb of ours and shows the lines that matter here; all of them when it fails. */
async function berth(
  workspace: Workspace,
  verb: "preview" | "up" | "destroy",
  args: string[],
  matters: { test(line: string): boolean },
): Promise<void> {
  const { stack, configFile } = workspace;
  const plain = ["--non-interactive", "--color", "never"];
  const { status, output } = await workspace.run(
    ["./berth", verb, stack, "--config-file", configFile, "--", ...args, ...plain],
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

/** Matches the plan's own lines in a preview, and the number of resources. */
function explanation(): { test(line: string): boolean } {
  let inside = false;
  return {
    test(line) {
      if (line.startsWith("Diagnostics:")) inside = true;
      if (line.startsWith("Outputs:")) inside = false;
      return (inside && line.startsWith("    ")) || / to create$/.test(line);
    },
  };
}

async function showStatus(workspace: Workspace): Promise<void> {
  const { status } = await workspace.run(
    [
      "env",
      `COLUMNS=${(process.stdout.columns ?? 100) - 5}`,
      "./berth",
      "status",
      workspace.stack,
      "--config-file",
      workspace.configFile,
    ],
    show,
  );
  if (status !== 0) throw new Error(`berth status ended with ${status}`);
}

/** Nothing left is looked up in /proc and the file system. */
async function finish(lab: Lab): Promise<void> {
  const { processes, files } = leftBehind(lab);
  for (const line of [...processes, ...files]) console.log(red(`   ${line}`));
  const count = `${processes.length} processes, ${files.length} files`;
  if (processes.length + files.length > 0) throw new Error(`left behind: ${count}`);
  await labDown(labFolder);
  rmSync(home, { recursive: true });
  console.log(green(`\n✔ nothing left: ${count}`));
}

function sayNext({ stack }: Workspace): void {
  const config = `--config-file ${home}/Pulumi.${stack}.yaml`;
  say("It keeps running. Try, in this folder:");
  console.log(`   . ${home}/environment.sh
   ./berth status ${stack} ${config}
   tail -f ${labFolder}/nodes/*/*/logs/*/*.log
   ./berth up ${stack} ${config}
   ./berth destroy ${stack} ${config}
   npm run lab -- down`);
}

const show = (line: string) =>
  console.log(`${dim("   │ ")}${line.replace(/^(@ \w+\.*| {4})/, "").trimEnd()}`);

// The engine gets the same Ctrl-C, and ends in order: what it has begun stands in its state.
let interrupted = false;
process.on("SIGINT", () => {
  if (!interrupted) console.log("\nWaiting for what is under way to end …");
  interrupted = true;
});

let step = 0;
const say = (text: string) => console.log(`\n${bold(`${++step}. ${text}`)}`);

new Command("npm run demo --")
  .description(
    "Preview, up, status, destroy of a scenario on a laptop-sized lab, and a check that nothing is left",
  )
  .option("--scenario <stack>", `one of ${stacks.join(", ")}`, "hive-cluster")
  .option("--keep", "leave it running and say how to go on")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(red(`\n✘ ${error.message}`));
    process.exitCode = 1;
  });
