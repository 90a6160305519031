import { readdirSync, readFileSync, rmSync } from "node:fs";
import { Command } from "commander";
import { load } from "js-yaml";
import { green, red } from "picocolors";
import { loadCluster } from "../topology/load-cluster";
import { berth, engineArgs, everything, explanation, home, say, show } from "./demo-steps";
import { demonstrateKubernetes } from "./kubernetes/demonstrate-kubernetes";
import { type Lab, labDown, labUp, readLab } from "./lab";
import { leftBehind } from "./left-behind";
import { destroyCommand, openWorkspace, type Workspace } from "./workspace";

const labFolder = `${home}/lab`;
const stacks = readdirSync("stacks")
  .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
  .filter((stack) => loadCluster(clusterOf(stack)).kubernetes === undefined);

interface Options {
  readonly scenario: string;
  readonly kubernetes?: boolean;
  readonly keep?: boolean;
}

/** Program (`npm run demo`): the main job, from preview to a checked nothing, on machines that this computer plays. */
async function main({ scenario: stack, kubernetes, keep }: Options): Promise<void> {
  if (kubernetes) return demonstrateKubernetes();
  if (!stacks.includes(stack)) throw new Error(`no scenario "${stack}"; there are ${stacks.join(", ")}`);
  refuseBeside(stack);
  say("The machines: each an SSH server of its own here; RAM, cores and CPU are only declared.");
  const lab = await labUp(labFolder, clusterOf(stack));
  for (const { name, address, port } of lab.nodes) show(`${name.padEnd(8)} ${address}:${port}`);
  const workspace = await openWorkspace({ directory: home, lab, stack, config: { "berth:purge": true } });

  say("./berth preview: which node does each instance get, and why no other? Nobody is contacted.");
  await berth(workspace, "preview", engineArgs(), explanation());
  say("./berth up: check the machines, copy the code, start one supervised process per instance.");
  await berth(
    workspace,
    "up",
    engineArgs("--yes", "--skip-preview"),
    / command:.*-(preflight|code|environment|start|joined|run) \w+ed |^ +[-+~]+ ?\d|unchanged$/,
  );
  say("./berth status: asked over SSH, of the machines themselves.");
  await berth(workspace, "status", [], everything);
  if (keep) return sayNext(workspace);
  say("./berth destroy: stop the processes, then remove code, supervisor, logs and results.");
  await berth(
    workspace,
    "destroy",
    engineArgs("--yes", "--skip-preview"),
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

new Command("npm run demo --")
  .description(
    "Preview, up, status, destroy of a scenario on a laptop-sized lab, and a check that nothing is left",
  )
  .option("--scenario <stack>", `one of ${stacks.join(", ")}`, "hive-cluster")
  .option("--kubernetes", "a Ray cluster on a Kubernetes on this computer instead, where no pod really runs")
  .option("--keep", "leave it running and say how to go on")
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(red(`\n✘ ${error.message}`));
    process.exitCode = 1;
  });
