"use strict";

const { isNotFound } = require("./api-server.cjs");
const { NoMatchError } = require("./kinds.cjs");
const { annotation } = require("./objects.cjs");
const { untilGone } = require("./wait.cjs");

const POLICIES = { orphan: "Orphan", background: "Background" };

/** Deletes an object and waits until it is gone; with its kind it is gone, too. By default after all that depends on it. */
async function remove(live, inputs, { cluster, ...context }) {
  const propagationPolicy =
    POLICIES[(annotation(inputs, "deletionPropagationPolicy") ?? "").toLowerCase()] ?? "Foreground";
  try {
    const path = await cluster.kinds.path(live, live.metadata.name);
    await cluster.request("DELETE", path, {
      body: { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy },
    });
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatchError) return;
    throw error;
  }
  await untilGone(live, inputs, { ...context, ...cluster });
}

module.exports = { remove };
