"use strict";

const { spawn } = require("node:child_process");
const { existsSync } = require("node:fs");
const { captureOutput, previousOutput } = require("./output.cjs");

const SIGNALS = { SIGINT: "interrupt", SIGKILL: "killed", SIGTERM: "terminated" };

/** Runs `command` on this machine; resolves with its stdout and stderr. An abort ends the process at once. */
async function runLocally(inputs, command, { log, signal }) {
  if (inputs.assetPaths || inputs.archivePaths)
    throw new Error("assetPaths and archivePaths are not supported by the stand-in of the command provider");
  if (inputs.dir !== undefined && !existsSync(inputs.dir))
    throw new Error(`chdir ${inputs.dir}: no such file or directory`);
  const [program, ...args] = [
    ...(inputs.interpreter?.length ? inputs.interpreter : ["/bin/sh", "-c"]),
    command,
  ];
  const output = captureOutput(inputs.logging, log);
  const child = spawn(program, args, {
    cwd: inputs.dir,
    env: { ...process.env, ...inputs.environment, ...previousOutput(inputs) },
  });
  output.listen("stdout", child.stdout);
  output.listen("stderr", child.stderr);
  child.stdin.on("error", () => {}); // the command need not read what it is given
  child.stdin.end(inputs.stdin ?? "");
  const abort = () => {
    child.kill("SIGKILL");
    // Grandchildren may hold the pipes open; they end with this plugin's process group.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);

  const failure = await new Promise((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killedBy) =>
      resolve(
        killedBy ? `signal: ${SIGNALS[killedBy] ?? killedBy}` : code ? `exit status ${code}` : undefined,
      ),
    );
  });
  signal.removeEventListener("abort", abort);
  return output.result(failure, command);
}

module.exports = { runLocally };
