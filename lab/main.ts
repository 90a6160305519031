import { rmSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { labDown, labUp, readLab } from "./lab";
import { leftBehind } from "./left-behind";
import { destroyCommand } from "./workspace";

const program = new Command("lab")
  .description(
    "Stand-ins for the machines of a cluster file: one SSH server per node on this computer's loopback addresses",
  )
  .option("--directory <folder>", "where the lab and the state of its stacks live", ".lab")
  .addHelpText(
    "after",
    `
Examples:
  npm run lab -- up
  npm run lab -- up --cluster stacks/clusters/brain-in-jar.yaml
  npm run lab -- status
  npm run lab -- down`,
  );

program
  .command("up")
  .description("start the nodes; those that run are started again with their address and their files")
  .option("--cluster <file>", "the machines to stand in for", "stacks/clusters/brain-in-jar.yaml")
  .action(async ({ cluster }: { cluster: string }) => {
    const lab = await labUp(directory(), cluster);
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
    if (!lab) return console.log("no lab; start one with  npm run lab -- up");
    for (const node of lab.nodes)
      console.log(
        `${node.name.padEnd(12)} ${node.address}:${node.port}  ${node.running ? "running" : "stopped"}`,
      );
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
    rmSync(home(), { recursive: true, force: true });
    console.log("the lab is gone");
  });

const home = () => program.opts<{ directory: string }>().directory;
const directory = () => join(home(), "lab");

program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
