"use strict";

const { randomBytes } = require("node:crypto");
const { plain } = require("../values.cjs");
const { annotation } = require("./objects.cjs");
const { withSecrets } = require("./secrets.cjs");

/** What the engine keeps of a resource: the live object and the inputs that it came from. Secret is what was so in `marked`. */
const toState = (live, inputs, marked, { apiVersion, manager }) => ({
  ...withSecrets(live, marked),
  __inputs: withSecrets(inputs, marked),
  __initialApiVersion: apiVersion,
  __fieldManager: manager,
});

/** The other way round, with nothing marked as secret. */
function fromState(state) {
  const {
    __inputs: inputs = {},
    __initialApiVersion: apiVersion,
    __fieldManager: manager,
    ...live
  } = plain(state);
  return { live, inputs, apiVersion: apiVersion ?? inputs.apiVersion, manager };
}

/** Under which name the fields of a resource are managed: its annotation's, else the one it has had, else a new one. */
const managerOf = (inputs, known) =>
  annotation(inputs, "patchFieldManager") ?? known ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;

module.exports = { fromState, managerOf, toState };
