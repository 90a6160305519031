"use strict";

const { spawn } = require("node:child_process");
const { createRequire } = require("node:module");
const path = require("node:path");

const running = new Set();

/** Starts Node with `args`; `child.ended` resolves with `{ code, signal }`, or `{ error }` when it could not start. */
function startNode(args, options) {
  const child = spawn(process.execPath, args, options);
  running.add(child);
  child.ended = new Promise((resolve) => {
    child.on("error", (error) => resolve({ error: error.message }));
    child.on("close", (code, signal) => resolve({ code, signal }));
  }).finally(() => running.delete(child));
  return child;
}

/** Asks everything that runs to end, and ends after 5 s what has not. */
function stopAll() {
  for (const child of running) {
    child.kill("SIGINT");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  }
}

/** Node's arguments and the environment that `options` of a Pulumi.yaml or PulumiPolicy.yaml ask for. */
function runtimeOptions(info) {
  const { typescript = true, tsconfig, nodeargs = "" } = info.getOptions()?.toJavaScript() ?? {};
  return {
    nodeArgs: nodeargs.split(/\s+/).filter(Boolean),
    environment: {
      ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      ...(tsconfig && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
    },
  };
}

/** Path of a module of the Pulumi SDK that the program in `directory` has installed. */
function sdkModule(id, directory) {
  try {
    return createRequire(path.join(directory, "program.js")).resolve(id);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    throw new Error(`the Pulumi SDK is not installed for ${directory}; run: npm run setup`);
  }
}

module.exports = { runtimeOptions, sdkModule, startNode, stopAll };
