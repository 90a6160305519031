import { Command, CommanderError } from "commander";
import { ConfigError } from "../topology/config-error";
import { addConnectVerbs } from "./command/connect-verbs";
import { addMachineVerbs } from "./command/machine-verbs";
import { addOperateVerbs } from "./command/operate-verbs";
import { addPlanVerbs } from "./command/plan-verbs";
import { addPulumiVerbs } from "./command/pulumi-verbs";

const program = new Command("berth")
  .description("Gives every experiment its berth: decided and explained before anything runs.")
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "berth:")) });

addPlanVerbs(program);
addPulumiVerbs(program);
addOperateVerbs(program);
addMachineVerbs(program);
addConnectVerbs(program);

process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // The reader of a pipe, such as `head`, has seen enough; or the terminal is gone.
  if (error.code === "EPIPE" || error.code === "EIO" || hasMissedWords) return;
  // Such as a full disk. It must not end a watch: its stack would end with the leases.
  hasMissedWords = true;
  console.error(`berth: not all it has to say could be printed: ${error.message}`);
});
let hasMissedWords = false;
process.on("exit", () => {
  if (hasMissedWords) process.exitCode = 74;
});

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof ConfigError) {
    console.error(error.message);
    process.exitCode = 2;
  } else if (isRefusedHere(error)) {
    console.error(`berth: ${error.message}; mend that, then run this again`);
    process.exitCode = 74;
  } else {
    console.error(error);
    process.exitCode = 70;
  }
});

/** A file or folder of this computer cannot be written or read. One that is not there is our mistake, or was looked for before. */
function isRefusedHere(error: unknown): error is NodeJS.ErrnoException {
  const codes = ["EACCES", "EDQUOT", "EEXIST", "EISDIR", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"];
  const { code = "", syscall } = error as NodeJS.ErrnoException;
  return error instanceof Error && codes.includes(code) && syscall !== "kill";
}
