"use strict";

const { EngineClient } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const engine = require("@pulumi/pulumi/proto/engine_pb");
const { filled } = require("./messages.cjs");
const { connect } = require("./serve.cjs");

let client;

/** From now on `log` reaches the engine at this address, if there is one. */
function connectEngine(address) {
  if (address) client = connect(EngineClient, address);
}

/**
 * Shows a line for a resource: DEBUG, INFO, WARNING or ERROR. An ephemeral one only while the resource is under way. Resolves when
 * the engine has it: what is not awaited may come too late to be shown.
 */
function log(urn, severity, message, { ephemeral = false } = {}) {
  const record = { Severity: engine.LogSeverity[severity], Message: message, Urn: urn, Ephemeral: ephemeral };
  return new Promise((resolve) => {
    if (client) client.log(filled(new engine.LogRequest(), record), () => resolve());
    else resolve();
  });
}

module.exports = { connectEngine, log };
