"use strict";

const { RunResponse } = require("@pulumi/pulumi/proto/language_pb");
const { runtimeOptions, sdkModule, startNode } = require("./node-process.cjs");

/** Exit code by which the SDK says that it has already told the user what is wrong. */
const ALREADY_REPORTED = 32;

/** Runs the Pulumi program once, against the engine at `engineAddress`. */
async function runProgram(request, engineAddress) {
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const { nodeArgs, environment } = runtimeOptions(info);
  const config = Object.fromEntries(
    [...request.getConfigMap().entries()].map(([key, value]) => [
      key.replace(/:(config:)?/, ":config:"),
      value,
    ]),
  );
  const flags = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info.getRootDirectory(),
    stack: request.getStack(),
    pwd: directory,
    parallel: request.getParallel(),
  };
  const program = startNode(
    [
      ...nodeArgs,
      sdkModule("@pulumi/pulumi/cmd/run", directory),
      ...Object.entries(flags).flatMap(([flag, value]) => (value ? [`--${flag}`, `${value}`] : [])),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info.getEntryPoint(),
      ...request.getArgsList(),
    ],
    {
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ...environment,
        PULUMI_CONFIG: JSON.stringify(config),
        PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      },
    },
  );
  const { code, signal, error } = await program.ended;
  const response = new RunResponse();
  if (error) response.setError(`Problem executing program (could not run language executor): ${error}`);
  else if (code === ALREADY_REPORTED) response.setBail(true);
  else if (code !== 0) response.setError(`Program exited with non-zero exit code: ${code ?? signal}`);
  return response;
}

module.exports = { runProgram };
