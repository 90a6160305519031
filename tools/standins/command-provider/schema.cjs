"use strict";

const { UNKNOWN, isSecret } = require("../values.cjs");

/** The resource type that is there, and its inputs: name and kind. */
const TYPE = "command:local:Command";
const INPUTS = {
  triggers: "array",
  create: "string",
  update: "string",
  delete: "string",
  stdin: "string",
  logging: "string",
  environment: "object",
  addPreviousOutputInEnv: "boolean",
  interpreter: "array",
  dir: "string",
  assetPaths: "array",
  archivePaths: "array",
};

/** What the engine's Check asks: the inputs, and everything that is wrong with them. */
function check(inputs) {
  const failures = [];
  for (const [property, value] of Object.entries(inputs)) {
    const bare = isSecret(value) ? value.value : value;
    if (property.startsWith("__") || bare === UNKNOWN || bare === null) continue;
    const [kind, expected] = [kindOf(bare), INPUTS[property]];
    if (!expected) failures.push({ property, reason: `Unrecognized field '${property}' on '${TYPE}'` });
    else if (kind !== expected)
      failures.push({
        property,
        reason: `Field '${property}' on '${TYPE}' must be a ${expected}; got ${kind} instead`,
      });
  }
  return { inputs, failures };
}

const kindOf = (value) => (Array.isArray(value) ? "array" : typeof value);

module.exports = { TYPE, check };
