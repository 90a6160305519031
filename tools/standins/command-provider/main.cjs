"use strict";

// Stand-in for Pulumi's `command` provider plugin, used only where the official one cannot be downloaded: same wire
// protocol, same documented behaviour (test/conformance holds it to that), of `local.Command`, which is all that we use.
//
// Not there: `command:local:run`, all of `command:remote`, `assetPaths`, `archivePaths`, the schema.
// Different: an output line over 64 KiB does not hang the command; a cancelled one waits for no pipe that a grandchild
// holds open; some texts of rare errors.

const { randomBytes } = require("node:crypto");
const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const rpc = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { connectEngine, log } = require("../engine.cjs");
const { filled, fromStruct } = require("../messages.cjs");
const { engineAddress, servePlugin, unary } = require("../serve.cjs");
const { diff } = require("./diff.cjs");
const { runLocally } = require("./local-command.cjs");
const { TYPE, check } = require("./schema.cjs");
const { UNKNOWN, plain } = require("../values.cjs");

const VERSION = "1.2.1";
const cancellation = new AbortController();

const handlers = {
  handshake(request) {
    connectEngine(request.getEngineAddress());
    const response = new rpc.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    response.setAcceptResources(true);
    return response;
  },
  attach(request) {
    connectEngine(request.getAddress());
    return new Empty();
  },
  getPluginInfo: () => filled(new PluginInfo(), { Version: VERSION }),
  getSchema: () =>
    filled(new rpc.GetSchemaResponse(), { Schema: JSON.stringify({ name: "command", version: VERSION }) }),
  checkConfig: (request) => filled(new rpc.CheckResponse(), { Inputs: request.getNews() }),
  diffConfig: () => new rpc.DiffResponse(),
  configure: () =>
    filled(new rpc.ConfigureResponse(), {
      Acceptsecrets: true,
      Supportspreview: true,
      Acceptresources: true,
    }),
  check(request) {
    checkType(request);
    const { inputs, failures } = check(fromStruct(request.getNews()));
    const FailuresList = failures.map(({ property, reason }) =>
      filled(new rpc.CheckFailure(), { Property: property, Reason: reason }),
    );
    return filled(new rpc.CheckResponse(), { Inputs: Struct.fromJavaScript(inputs), FailuresList });
  },
  diff(request) {
    const changes = diff(fromStruct(request.getOldInputs()), newInputs(request));
    const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
    const response = filled(new rpc.DiffResponse(), {
      Changes: changes.size > 0 ? DIFF_SOME : DIFF_NONE,
      Hasdetaileddiff: true,
      DiffsList: [...changes.keys()],
    });
    for (const [path, kind] of changes) {
      // Of the inputs only `triggers` replaces. The SDK itself asks for that at `triggers[*]`, below the property.
      const Kind = rpc.PropertyDiff.Kind[path === "triggers" ? `${kind}_REPLACE` : kind];
      response.getDetaileddiffMap().set(path, filled(new rpc.PropertyDiff(), { Kind }));
    }
    return response;
  },
  async create(request) {
    const inputs = fromStruct(request.getProperties());
    const outputs = request.getPreview() ? unknownOutputs : await create(request, plain(inputs));
    const prefix = request.getUrn().split("::").slice(3).join("::");
    return filled(new rpc.CreateResponse(), {
      Id: request.getPreview() ? "" : prefix + randomBytes(4).toString("hex"),
      Properties: Struct.fromJavaScript({ ...inputs, ...outputs }),
    });
  },
  async update(request) {
    const inputs = newInputs(request);
    const outputs = request.getPreview() ? unknownOutputs : await update(request, plain(inputs));
    return filled(new rpc.UpdateResponse(), { Properties: Struct.fromJavaScript({ ...inputs, ...outputs }) });
  },
  async delete(request) {
    const state = plain(fromStruct(request.getProperties()));
    await run(request, state, state.delete);
    return new Empty();
  },
  read: (request) =>
    filled(new rpc.ReadResponse(), {
      Id: request.getId(),
      Properties: request.getProperties(),
      Inputs: request.getInputs(),
    }),
  cancel() {
    cancellation.abort(new Error("context canceled"));
    return new Empty();
  },
};

async function create(request, inputs) {
  return (await run(request, inputs, inputs.create)) ?? { stdout: "", stderr: "" };
}

async function update(request, inputs) {
  const old = plain(fromStruct(request.getOlds()));
  const before = { stdout: old.stdout ?? "", stderr: old.stderr ?? "" };
  return (await run(request, { ...inputs, ...before }, inputs.update ?? inputs.create)) ?? before;
}

const run = (request, inputs, command) =>
  typeof command === "string" ? runLocally(inputs, command, context(request)) : undefined;

const unknownOutputs = { stdout: UNKNOWN, stderr: UNKNOWN };

/** The inputs to come, with those that the program ignores changes of as they stand in the state. */
function newInputs(request) {
  const [inputs, state] = [fromStruct(request.getNews()), fromStruct(request.getOlds())];
  for (const name of request.getIgnorechangesList()) if (name in state) inputs[name] = state[name];
  return inputs;
}

/** What a running operation needs: where to log, and what ends it: `pulumi cancel`, Ctrl-C, the resource's timeout. */
function context(request) {
  const seconds = request.getTimeout();
  const { signal } = cancellation;
  return {
    log: (severity, message) => log(request.getUrn(), severity, message, { ephemeral: severity === "INFO" }),
    signal: seconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]) : signal,
  };
}

function checkType(request) {
  const type = request.getUrn().split("::")[2].split("$").pop();
  if (type !== TYPE) throw new Error(`the stand-in of the command provider has no resource ${type}`);
}

connectEngine(engineAddress());
servePlugin(
  ResourceProviderService,
  Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, unary(handle)])),
  handlers.cancel,
);
