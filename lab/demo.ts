import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { load } from "js-yaml";
import { bold, dim, green, red } from "picocolors";
import { type Lab, labDown, labUp } from "./lab";
import { leftBehind } from "./left-behind";
import { openWorkspace, type Workspace } from "./workspace";

const home = ".lab";
const stacks = readdirSync("stacks").flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);

interface Options {
  readonly scenario: string;
  readonly keep?: boolean;
}

/** Program (`npm run demo`): the main job, from preview to a checked nothing, on machines that this computer plays. */
async function main({ scenario: stack, keep }: Options): Promise<void> {
  if (!stacks.includes(stack)) throw new Error(`no scenario "${stack}"; there are ${stacks.join(", ")}`);
  say(
    "The machines: each is an SSH server of its own on this computer (their RAM and cores are declared, not real).",
  );
  const lab = await labUp(`${home}/lab`, clusterOf(stack));
  for (const { name, address, port } of lab.nodes) console.log(`   ${name.padEnd(8)} ${address}:${port}`);

  const workspace = await openWorkspace({ directory: home, lab, stack, config: { "berth:purge": true } });
  say(`Preview: where does each instance of ${stack} go, and why not elsewhere? No machine is contacted.`);
  await pulumi(workspace, ["preview"]);
  say("Up: check the machines, copy the code, start one supervised process per instance.");
  await pulumi(workspace, ["up", "--yes", "--skip-preview"]);
  say("Status: asked over SSH, of the machines themselves.");
  await showStatus(workspace);
  if (keep) return sayNext(workspace);
  say("Destroy: stop the processes, remove code, supervisor, logs and results.");
  await pulumi(workspace, ["destroy", "--yes", "--skip-preview"]);
  await finish(lab);
}

function clusterOf(stack: string): string {
  const file = load(readFileSync(`stacks/Pulumi.${stack}.yaml`, "utf8")) as {
    config: { "berth:cluster": string };
  };
  return file.config["berth:cluster"];
}

async function pulumi(workspace: Workspace, args: string[]): Promise<void> {
  const { status } = await workspace.pulumi(args, (line) => {
    if (line.trim() !== "" && !line.startsWith("@ ")) console.log(dim("   │ ") + line);
  });
  if (status !== 0)
    throw new Error(
      `pulumi ${args[0]} ended with ${status}; the lab is kept, try again or  npm run lab -- status`,
    );
}

async function showStatus(workspace: Workspace): Promise<void> {
  const { status } = await workspace.run(
    ["./berth", "status", workspace.stack, "--config-file", workspace.configFile],
    (line) => console.log(dim("   │ ") + line),
  );
  if (status !== 0) throw new Error(`berth status ended with ${status}`);
}

/** Nothing left is looked up in /proc and the file system. */
async function finish(lab: Lab): Promise<void> {
  const { processes, files } = leftBehind(lab);
  for (const line of [...processes, ...files]) console.log(red(`   ${line}`));
  const verdict = `nothing left: ${processes.length} processes, ${files.length} files`;
  if (processes.length + files.length > 0) throw new Error(verdict.replace("nothing left", "left behind"));
  await labDown(`${home}/lab`);
  rmSync(home, { recursive: true });
  console.log(green(`\n✔ ${verdict}`));
}

function sayNext(workspace: Workspace): void {
  const variables = [
    "PULUMI_HOME",
    "PATH",
    "PULUMI_BACKEND_URL",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_SKIP_UPDATE_CHECK",
  ];
  const more = ["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"].filter((name) => workspace.env[name]);
  const lines = [...variables, ...more].map((name) => `export ${name}='${workspace.env[name]}'\n`);
  writeFileSync(`${home}/environment.sh`, lines.join(""), { mode: 0o600 });
  const own = `--stack ${workspace.stack} --config-file ${home}/Pulumi.${workspace.stack}.yaml`;
  say("It keeps running. Try, in this folder:");
  console.log(`   . ${home}/environment.sh
   ./berth status ${workspace.stack} --config-file ${home}/Pulumi.${workspace.stack}.yaml
   tail -f ${home}/lab/nodes/*/work/logs/*.log
   pulumi up ${own}
   pulumi destroy ${own}
   npm run lab -- down`);
}

let step = 0;
const say = (text: string) => console.log(`\n${bold(`${++step}. ${text}`)}`);

const program = new Command("npm run demo --")
  .description(
    "Preview, up, status, destroy of a scenario on a laptop-sized lab, and a check that nothing is left",
  )
  .option("--scenario <stack>", `one of ${stacks.join(", ")}`, "hive-cluster")
  .option("--keep", "leave it running and say how to go on");
program
  .action(main)
  .parseAsync()
  .catch((error: Error) => {
    console.error(red(`\n✘ ${error.message}`));
    process.exitCode = 1;
  });
