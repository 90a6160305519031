import { rmSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { type Fault, faults, isCut } from "./isolated/faults";
import type { IsolatedLabArgs } from "./isolated/isolated-lab";
import type { Machine } from "./isolated/machine";
import {
  kubernetesLabDown,
  kubernetesLabServers,
  kubernetesLabUp,
  readKubernetesLab,
} from "./kubernetes/kubernetes-lab";
import { type Lab, labDown, labUp, labUpIsolated, readLab } from "./lab";
import { leftBehind } from "./left-behind";
import { destroyCommand } from "./workspace";

const program = new Command("lab")
  .description(
    "Stand-ins for the machines of a cluster file on this computer: one SSH server per node on a loopback address, or with --isolated a network, processes, disk and memory of its own per node",
  )
  .option("--directory <folder>", "where the lab and the state of its stacks live", ".lab")
  .addHelpText(
    "after",
    `
Examples:
  npm run lab -- up
  npm run lab -- up --cluster stacks/clusters/brain-in-jar.yaml
  npm run lab -- up --isolated --systemd host      (as root)
  npm run lab -- cut rpi1
  npm run lab -- heal rpi1
  npm run lab -- up --kubernetes --cluster stacks/clusters/brain-node.yaml
  npm run lab -- status
  npm run lab -- down`,
  );

program
  .command("up")
  .description("start the nodes; those that run are started again with their address and their files")
  .option("--cluster <file>", "the machines to stand in for", "stacks/clusters/brain-in-jar.yaml")
  .option(
    "--isolated",
    "nodes are namespaces that can be cut, killed and filled; needs root and Linux with cgroup v1",
  )
  .option(
    "--kubernetes",
    "the cluster's nodes of Kubernetes: a real control plane and KubeRay operator, nodes on which no pod really runs",
  )
  .option("--systemd <node...>", "isolated nodes whose first process is systemd")
  .option("--disk-mb <number>", "size of each isolated node's disk in MB (10^6 bytes)", toDiskSize, 256)
  .action(async ({ cluster, isolated, kubernetes, systemd, diskMb }: UpOptions) => {
    if (kubernetes) return upKubernetes(cluster);
    if (systemd && !isolated) throw new Error("--systemd is for isolated nodes; add --isolated");
    const lab = isolated
      ? await upIsolated(cluster, { systemd, diskMegabytes: diskMb })
      : await labUp(directory(), cluster);
    for (const node of lab.nodes)
      console.log(`${node.name.padEnd(12)} ${node.address}:${node.port}  ${node.workDir}`);
    console.log(
      `\nTo send a stack here, add to a copy of its file, for --config-file:\n  berth:connections: ${lab.connections}`,
    );
  });

program
  .command("status")
  .description("the nodes, and what lives and lies on them")
  .action(() => {
    const lab = readLab(directory());
    const kubernetes = readKubernetesLab(kubernetesDirectory());
    if (!lab && !kubernetes) return console.log("no lab; start one with  npm run lab -- up");
    for (const [name, pid] of Object.entries(kubernetes ? kubernetesLabServers(kubernetes) : {}))
      console.log(`${name.padEnd(24)} ${pid === undefined ? "stopped" : `running, process ${pid}`}`);
    if (!lab) return;
    for (const [index, node] of lab.nodes.entries()) {
      const cut = lab.isolated && isCut(lab.isolated[index]!) ? ", cut" : "";
      const state = node.running ? "running" : "stopped";
      console.log(`${node.name.padEnd(12)} ${node.address}:${node.port}  ${state}${cut}`);
    }
    const { processes, files } = leftBehind(lab);
    console.log(`\n${processes.length} processes, ${files.length} files on them`);
  });

program
  .command("down")
  .description("stop the nodes and remove the folder, state included; not while stacks are there")
  .option("--force", "remove what stacks have left on the nodes, where nothing runs any more")
  .action(async ({ force }: { force?: boolean }) => {
    const lab = readLab(directory());
    const { processes, stacks } = lab ? leftBehind(lab) : { processes: [], stacks: [] };
    if (processes.length > 0 || (stacks.length > 0 && !force)) {
      console.error(
        `not yet: on its nodes are ${processes.length} processes and the stacks ${stacks.join(", ")}. Destroy them first:`,
      );
      for (const stack of stacks) console.error(`  ${destroyCommand(home(), stack)}`);
      process.exitCode = 1;
      return;
    }
    await labDown(directory());
    await kubernetesLabDown(kubernetesDirectory());
    rmSync(home(), { recursive: true, force: true });
    console.log("the lab is gone");
  });

const descriptions: Record<Fault, string> = {
  kill: "isolated: power cut; all processes of the node end at once, its disk stays",
  reboot: "isolated: power cut and start, with another boot id, the same address and disk",
  cut: "isolated: no packet reaches the node or leaves it",
  lossy: "isolated: of the packets to the node this many of a hundred are lost",
  "fill-disk": "isolated: the node's disk takes nothing more",
  hang: "isolated: every process of the node stands still; connections to it are taken and not answered",
  heal: "isolated: ends cut, lossy, fill-disk and hang",
};

for (const [fault, description] of Object.entries(descriptions) as [Fault, string][]) {
  const command = program.command(fault).description(description).argument("<node>");
  if (fault === "lossy") command.argument("<percent>", "1 to 99", Number);
  command.action(async (node: string, percent: unknown) => {
    await faults[fault](machineOf(node), typeof percent === "number" ? percent : 0);
    console.log(`${node}: ${fault} done`);
  });
}

interface UpOptions {
  readonly cluster: string;
  readonly isolated?: boolean;
  readonly kubernetes?: boolean;
  readonly systemd?: string[];
  readonly diskMb: number;
}

/** Brings what the system lacks, or says what to type. */
async function upIsolated(cluster: string, args: IsolatedLabArgs): Promise<Lab> {
  const { isolatedLabPackages } = await import("../tools/system-packages.mjs");
  if (process.getuid?.() === 0 && !isolatedLabPackages.state())
    await isolatedLabPackages.install(console.log);
  return labUpIsolated(directory(), cluster, args);
}

async function upKubernetes(cluster: string): Promise<void> {
  const lab = await kubernetesLabUp(kubernetesDirectory(), cluster);
  for (const node of lab.nodes) console.log(`${node.padEnd(12)} ${lab.server}`);
  console.log(`\nTo send a stack here, and to look at it:
  export KUBECONFIG=${lab.kubeconfig}
  ${join(lab.programs, "kubectl")} --context ${lab.context} get pods --all-namespaces`);
}

function machineOf(name: string): Machine {
  const lab = readLab(directory());
  if (!lab?.isolated)
    throw new Error(`no isolated lab in ${home()}; start one with  npm run lab -- up --isolated`);
  const machine = lab.isolated.find((one) => one.name === name);
  if (machine) return machine;
  throw new Error(
    `the lab has no node "${name}"; there are ${lab.nodes.map((node) => node.name).join(", ")}`,
  );
}

function toDiskSize(text: string): number {
  const size = Number(text);
  if (Number.isInteger(size) && size >= 16) return size;
  throw new InvalidArgumentError("expected a whole number of MB, at least 16.");
}

const home = () => program.opts<{ directory: string }>().directory;
const directory = () => join(home(), "lab");
const kubernetesDirectory = () => join(home(), "kubernetes");

program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
