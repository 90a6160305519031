"use strict";

// Stand-in for Pulumi's Node language host, used only where the official one cannot be downloaded: runs programs and
// policy packs with the SDK they have installed.
//
// Not there: installing dependencies (`pulumi install`), generating programs and SDKs (`pulumi convert`, `pulumi package`),
// new projects, debuggers, dynamic and multi-language providers, package managers other than npm, synchronous invokes.

const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { LanguageRuntimeService } = require("@pulumi/pulumi/proto/language_grpc_pb");
const rpc = require("@pulumi/pulumi/proto/language_pb");
const { PackageDependency, PluginInfo } = require("@pulumi/pulumi/proto/plugin_pb");
const { version } = require("@pulumi/pulumi/package.json");
const serve = require("../serve.cjs");
const { stopAll } = require("./node-process.cjs");
const { dependencies, resourcePlugins } = require("./packages.cjs");
const { runPolicyPack } = require("./run-policy-pack.cjs");
const { runProgram } = require("./run-program.cjs");

let engineAddress = serve.engineAddress();

const handlers = {
  handshake(request) {
    engineAddress = request.getEngineAddress();
    return new rpc.LanguageHandshakeResponse();
  },
  getPluginInfo() {
    const info = new PluginInfo();
    info.setVersion(version);
    return info;
  },
  about() {
    const about = new rpc.AboutResponse();
    about.setExecutable(process.execPath);
    about.setVersion(process.version);
    return about;
  },
  getRequiredPackages(request) {
    const response = new rpc.GetRequiredPackagesResponse();
    for (const plugin of resourcePlugins(request.getInfo().getProgramDirectory())) {
      const dependency = new PackageDependency();
      dependency.setKind("resource");
      dependency.setName(plugin.name);
      dependency.setVersion(plugin.version);
      response.addPackages(dependency);
    }
    return response;
  },
  getProgramDependencies(request) {
    const response = new rpc.GetProgramDependenciesResponse();
    for (const { name, version: installed } of dependencies(request.getInfo().getProgramDirectory())) {
      const dependency = new rpc.DependencyInfo();
      dependency.setName(name);
      dependency.setVersion(installed);
      response.addDependencies(dependency);
    }
    return response;
  },
  run: (request) => runProgram(request, engineAddress),
  cancel() {
    stopAll();
    return new Empty();
  },
};

if (process.argv.some((argument) => /^--?version$/.test(argument))) {
  console.log(version);
} else {
  process.on("SIGTERM", () => {
    stopAll();
    process.exit(0);
  });
  const runPlugin = (call) =>
    runPolicyPack(call.request, call).catch((error) => call.emit("error", { message: error.message }));
  const unaries = Object.entries(handlers).map(([name, handle]) => [name, serve.unary(handle)]);
  serve.servePlugin(LanguageRuntimeService, { ...Object.fromEntries(unaries), runPlugin }, stopAll);
}
