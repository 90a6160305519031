"use strict";

const { isNotFound } = require("./api-server.cjs");
const { isBuiltIn, NoMatchError } = require("./kinds.cjs");
const { fromId, kindOfUrn, normalized, pruned } = require("./objects.cjs");
const { checkReady } = require("./wait.cjs");

/**
 * The live object and what is alive of the inputs, so that drift shows; nothing if it is gone. What is imported has no inputs:
 * they are then all that is alive, of a custom resource, whose fields nobody knows, its name only.
 */
async function read(urn, id, oldLive, oldInputs, { cluster, ...context }) {
  const isImport = !oldInputs.kind && !oldLive.kind;
  const inputs = withIdentity(normalized(oldInputs), urn, id, oldLive);
  let live;
  try {
    live = await cluster.read({ ...inputs, metadata: { ...inputs.metadata, name: fromId(id).name } });
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatchError) return undefined;
    throw error;
  }
  let failure;
  if (!isImport)
    await checkReady(live, inputs, { ...context, ...cluster }).catch((error) => {
      if (!error.live) throw error;
      failure = error;
    });
  const isKnown = isImport && isBuiltIn(live.apiVersion);
  return { live, inputs: isKnown ? everyInput(live) : pruned(live, inputs), failure };
}

function withIdentity(inputs, urn, id, oldLive) {
  if (inputs.kind) return inputs;
  const { apiVersion, kind } = oldLive.kind ? oldLive : kindOfUrn(urn);
  const { name, namespace } = fromId(id);
  const metadata = { name, ...(namespace && { namespace }), ...inputs.metadata };
  return { ...inputs, apiVersion, kind, metadata };
}

function everyInput({ status, ...live }) {
  const { metadata, ...object } = normalized(live);
  const { annotations = {}, ...rest } = metadata;
  const {
    "deployment.kubernetes.io/revision": revision,
    "kubectl.kubernetes.io/last-applied-configuration": lastApplied,
    ...kept
  } = annotations;
  return { ...object, metadata: Object.keys(kept).length > 0 ? { ...rest, annotations: kept } : rest };
}

module.exports = { read };
