import { Command } from "commander";
import { labDown, labUp, readLab } from "./lab";
import { leftBehind } from "./left-behind";

const program = new Command("lab")
  .description(
    "Stand-ins for the machines of a cluster file: one SSH server per node on this computer's loopback addresses",
  )
  .option("--directory <folder>", "where the lab lives", ".lab/lab")
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
    console.log(`\nTo send a stack here:  pulumi config set berth:connections ${lab.connections}`);
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
  .description("stop the nodes and remove the lab's folder")
  .action(async () => {
    const lab = readLab(directory());
    const alive = lab ? leftBehind(lab).processes : [];
    if (alive.length > 0) {
      console.error(`these still run on the lab's nodes; destroy their stacks first:\n${alive.join("\n")}`);
      process.exitCode = 1;
      return;
    }
    await labDown(directory());
    console.log("the lab is gone");
  });

const directory = () => program.opts<{ directory: string }>().directory;

program.parseAsync().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
