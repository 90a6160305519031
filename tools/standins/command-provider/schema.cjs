"use strict";

const { UNKNOWN, isArchive, isAsset, isObject, isSecret, plain, secret } = require("./values.cjs");

const command = {
  triggers: "array",
  create: "string",
  update: "string",
  delete: "string",
  stdin: "string",
  logging: "string",
  environment: "object",
  addPreviousOutputInEnv: "boolean",
};
const endpoint = {
  user: "string",
  password: "string",
  host: "string",
  port: "number",
  privateKey: "string",
  privateKeyPassword: "string",
  agentSocketPath: "string",
  dialErrorLimit: "number",
  perDialTimeout: "number",
  hostKey: "string",
};
const endpointDefaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };

/** Inputs of each resource type: name and kind, and which must be given. */
const RESOURCES = {
  "command:remote:Command": { inputs: { ...command, connection: "object" }, required: ["connection"] },
  "command:local:Command": {
    inputs: { ...command, interpreter: "array", dir: "string", assetPaths: "array", archivePaths: "array" },
    required: [],
  },
  "command:remote:CopyToRemote": {
    inputs: { connection: "object", triggers: "array", source: "asset", remotePath: "string" },
    required: ["connection", "source", "remotePath"],
  },
};

/**
 * What the engine's Check asks: the inputs with the connection's defaults filled in and the connection made secret,
 * and everything that is wrong with them.
 */
function check(type, given) {
  const failures = [];
  const fail = (property, reason) => failures.push({ property, reason });
  const { inputs: known, required } = RESOURCES[type];
  checkFields(known, required, given, type, "", fail);

  const inputs = { ...given };
  const connection = isSecret(given.connection) ? given.connection.value : given.connection;
  if (isObject(connection)) {
    const full = withDefaults(connection);
    if (isObject(full.proxy)) full.proxy = withDefaults(full.proxy);
    checkFields({ ...endpoint, proxy: "object" }, ["host"], full, "connection", "connection.", fail);
    if (isObject(full.proxy)) checkFields(endpoint, ["host"], full.proxy, "proxy", "connection.proxy.", fail);
    inputs.connection = secret(full);
  } else if (connection !== undefined) inputs.connection = secret(connection);

  const source = plain(given.source);
  if (isArchive(source)) {
    if (source.path === undefined) fail("archive", "archive must be a path to a file or directory");
  } else if (isAsset(source) && source.path === undefined && source.text === undefined)
    fail("asset", "asset must be a path-based file asset or a text asset");
  return { inputs, failures };
}

function checkFields(known, required, values, owner, prefix, fail) {
  for (const [name, value] of Object.entries(values)) {
    const bare = isSecret(value) ? value.value : value;
    if (name.startsWith("__") || bare === UNKNOWN || bare === null) continue;
    if (!known[name]) fail(prefix + name, `Unrecognized field '${name}' on '${owner}'`);
    else if (kindOf(bare) !== known[name])
      fail(
        prefix + name,
        `Field '${name}' on '${owner}' must be a ${known[name]}; got ${kindOf(bare)} instead`,
      );
  }
  for (const name of required)
    if (values[name] === undefined || values[name] === null)
      fail(prefix + name, `Missing required field '${name}' on '${owner}'`);
}

function kindOf(value) {
  if (Array.isArray(value)) return "array";
  return isAsset(value) ? "asset" : typeof value;
}

const withDefaults = (connection) => ({
  ...endpointDefaults,
  ...Object.fromEntries(Object.entries(connection).filter(([, value]) => value !== null)),
});

module.exports = { RESOURCES, check };
