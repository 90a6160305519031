"use strict";

const { AnalyzerClient, AnalyzerService } = require("@pulumi/pulumi/proto/analyzer_grpc_pb");
const { AnalyzerHandshakeResponse } = require("@pulumi/pulumi/proto/analyzer_pb");
const { RunPluginResponse } = require("@pulumi/pulumi/proto/language_pb");
const { connect, listen, unary } = require("../serve.cjs");
const { runtimeOptions, sdkModule, startNode } = require("./node-process.cjs");

/**
 * Runs a policy pack for as long as the engine holds `call` open. The pack reads its configuration when it starts, and
 * the engine tells it only by `ConfigureStack`: so the engine gets the port of a proxy, which starts the pack then.
 */
async function runPolicyPack(request, call) {
  const stream = responseStream(call);
  const isPack = request.getKind() === "analyzer";
  if (!isPack)
    throw new Error(
      `the stand-in of the Node language host runs policy packs only, not a ${request.getKind()}`,
    );

  let pack;
  let client;
  const start = (stack) => {
    client ??= new Promise((resolve, reject) => {
      pack = startPack(request, stack);
      pack.stderr.on("data", stream.stderr);
      readPort(pack.stdout, stream.stdout).then((port) =>
        resolve(connect(AnalyzerClient, `127.0.0.1:${port}`)),
      );
      pack.ended.then(({ code, error }) => {
        reject(new Error(error ?? "the policy pack ended before it was ready"));
        stream.end(code ?? 1);
        server.forceShutdown();
      });
    });
    return client;
  };
  const forward = (method, message, analyzer) =>
    new Promise((resolve, reject) => {
      analyzer[method](message, (error, response) =>
        error ? reject(new Error(error.details)) : resolve(response),
      );
    });
  const handlers = Object.fromEntries(
    Object.keys(AnalyzerService).map((method) => [
      method,
      unary(async (message) =>
        forward(method, message, await start(method === "configureStack" ? message : undefined)),
      ),
    ]),
  );
  handlers.handshake = unary(() => new AnalyzerHandshakeResponse());
  const { server, port } = await listen(AnalyzerService, handlers);
  call.on("cancelled", () => {
    pack?.kill("SIGTERM");
    server.forceShutdown();
  });
  stream.stdout(`${port}\n`);
}

function startPack(request, stack) {
  const info = request.getInfo();
  const directory = info.getProgramDirectory();
  const { nodeArgs, environment } = runtimeOptions(info);
  return startNode(
    [
      sdkModule("@pulumi/pulumi/cmd/run-policy-pack", directory),
      ...nodeArgs,
      ...request.getArgsList(),
      directory,
    ],
    {
      cwd: directory,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        ...fromPairs(request.getEnvList()),
        ...environment,
        ...(stack && stackEnvironment(stack)),
      },
    },
  );
}

const stackEnvironment = (stack) => ({
  PULUMI_NODEJS_ORGANIZATION: stack.getOrganization(),
  PULUMI_NODEJS_PROJECT: stack.getProject(),
  PULUMI_NODEJS_STACK: stack.getStack(),
  PULUMI_NODEJS_DRY_RUN: String(stack.getDryRun()),
  PULUMI_CONFIG: JSON.stringify(Object.fromEntries(stack.getConfigMap().entries())),
});

const fromPairs = (pairs) =>
  Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
  );

/** Resolves with the number in the first line; everything after it goes to `rest`. */
function readPort(readable, rest) {
  return new Promise((resolve) => {
    let head = "";
    readable.on("data", function firstLine(chunk) {
      head += chunk;
      const end = head.indexOf("\n");
      if (end < 0) return;
      readable.off("data", firstLine).on("data", rest);
      if (head.length > end + 1) rest(head.slice(end + 1));
      resolve(Number(head.slice(0, end)));
    });
  });
}

function responseStream(call) {
  const send = (field, value) => {
    const message = new RunPluginResponse();
    message[`set${field}`](value);
    call.write(message);
  };
  return {
    stdout: (data) => send("Stdout", Buffer.from(data)),
    stderr: (data) => send("Stderr", data),
    end(code) {
      send("Exitcode", code);
      call.end();
    },
  };
}

module.exports = { runPolicyPack };
