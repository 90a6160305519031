"use strict";

// Stand-in for Pulumi's `kubernetes` provider plugin, used only where the official one cannot be downloaded: same wire
// protocol, same documented behaviour (test/conformance holds it to that), for objects of any kind by server-side apply.
//
// Not there: client-side apply, Patch and List resources, Helm, kustomize and YAML files (no function can be called), the
// schema, `replaceUnready`, `skipUpdateUnreachable`, `strictMode`, warnings about old API versions and Helm hooks, filters in the
// JSON paths of `waitFor`, waiting for Ingresses and ReplicationControllers, events of what is waited for, an update of a
// CustomResourceDefinition by replacement and its fields `x-kubernetes-…`.
// Different: states are asked for instead of watched; inputs are compared without their Go types, only amounts ("1000m" is "1")
// and the text of Secrets are levelled; the last of the six attempts to create is given up at once; some texts of rare errors.

const { PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { ResourceProviderService } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const rpc = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { connectEngine } = require("../engine.cjs");
const { filled, fromStruct } = require("../messages.cjs");
const { engineAddress, servePlugin, unary } = require("../serve.cjs");
const { configDiff } = require("./config-diff.cjs");
const { diff } = require("./diff.cjs");
const { Provider } = require("./provider.cjs");
const { settingsFailures, settingsFrom } = require("./settings.cjs");

const VERSION = "4.34.2";
const { DIFF_NONE, DIFF_SOME } = rpc.DiffResponse.DiffChanges;
const cancellation = new AbortController();
let provider;

const handlers = {
  handshake(request) {
    connectEngine(request.getEngineAddress());
    return filled(new rpc.ProviderHandshakeResponse(), { AcceptSecrets: true });
  },
  attach(request) {
    connectEngine(request.getAddress());
    return new Empty();
  },
  getPluginInfo: () => filled(new PluginInfo(), { Version: VERSION }),
  getSchema: () =>
    filled(new rpc.GetSchemaResponse(), { Schema: JSON.stringify({ name: "kubernetes", version: VERSION }) }),
  checkConfig(request) {
    const failures = settingsFailures(fromStruct(request.getNews()));
    return filled(new rpc.CheckResponse(), {
      Inputs: request.getNews(),
      FailuresList: failures.map(toFailure),
    });
  },
  async diffConfig(request) {
    const { changed, replacing } = await configDiff(
      fromStruct(request.getOlds()),
      fromStruct(request.getNews()),
    );
    return filled(new rpc.DiffResponse(), {
      Changes: changed.length > 0 ? DIFF_SOME : DIFF_NONE,
      DiffsList: changed,
      ReplacesList: replacing,
    });
  },
  async configure(request) {
    provider = await Provider.configured(settingsFrom(request.getVariablesMap()), cancellation.signal);
    return filled(new rpc.ConfigureResponse(), {
      Acceptsecrets: true,
      Supportspreview: true,
      SupportsAutonamingConfiguration: true,
    });
  },
  invoke(request) {
    throw new Error(`the stand-in of the kubernetes provider has no function ${request.getTok()}`);
  },
  check: (request) => provider.check(request),
  diff(request) {
    const { changes, replaces, deletesFirst } = diff(
      fromStruct(request.getOlds()),
      fromStruct(request.getNews()),
      { ignored: request.getIgnorechangesList(), settings: provider.settings },
    );
    const isRenderedAnyway = provider.settings.renderYamlToDirectory && provider.settings.alwaysRender;
    const response = filled(new rpc.DiffResponse(), {
      Changes: changes.size > 0 || isRenderedAnyway ? DIFF_SOME : DIFF_NONE,
      Hasdetaileddiff: true,
      ReplacesList: replaces,
      Deletebeforereplace: deletesFirst,
    });
    for (const [path, kind] of changes)
      response.getDetaileddiffMap().set(
        path,
        filled(new rpc.PropertyDiff(), {
          Kind: rpc.PropertyDiff.Kind[kind],
          Inputdiff: kind.startsWith("DELETE"),
        }),
      );
    return response;
  },
  create: (request) => provider.create(request),
  update: (request) => provider.update(request),
  read: (request) => provider.read(request),
  delete: (request) => provider.delete(request),
  cancel() {
    cancellation.abort(new Error("context canceled"));
    return new Empty();
  },
};

const toFailure = ({ property, reason }) =>
  filled(new rpc.CheckFailure(), { Property: property, Reason: reason });

connectEngine(engineAddress());
servePlugin(
  ResourceProviderService,
  Object.fromEntries(Object.entries(handlers).map(([name, handle]) => [name, unary(handle)])),
  handlers.cancel,
);
