"use strict";

const { isConflict, isForbidden } = require("./api-server.cjs");
const { hasCreator, takeOver, withIgnored } = require("./managed-fields.cjs");
const { NoMatchError } = require("./kinds.cjs");
const { annotation } = require("./objects.cjs");
const { NotReadyError, untilReady } = require("./wait.cjs");

const HELP =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources";

/**
 * Updates an object by server-side apply and waits until it is ready; resolves with it. What kubectl wrote is taken over,
 * what others manage is a conflict. A failure after which the object can be read is a NotReadyError: the state gets both.
 */
async function update(object, manager, { cluster, settings, urn, ignored, ...context }) {
  try {
    let live = await cluster.read(object);
    const patch = takeOver(live, manager);
    const path = await cluster.kinds.path(object, object.metadata.name);
    if (patch)
      live = await cluster.request("PATCH", path, { body: patch, type: "application/json-patch+json" });
    const inputs = withIgnored(object, live, ignored, manager);
    const updated = await applied(inputs, manager, { cluster, settings });
    return await untilReady(updated, object, { ...context, ...cluster });
  } catch (error) {
    if (error instanceof NoMatchError) throw new Error(inWords(error, urn));
    if (error instanceof NotReadyError) throw error;
    const live = await cluster.read(object).catch((unread) => {
      throw new Error(
        `update of resource "${urn}" failed: ${error.message}\nunable to get cluster state: ${unread.message}`,
      );
    });
    throw new NotReadyError(error.message, live);
  }
}

/** What the server would make of the update; nothing where it cannot say that before. */
async function previewUpdate(object, manager, { cluster, settings, urn, ignored }) {
  if (!(await cluster.kinds.exists(object))) return undefined;
  try {
    const live = await cluster.read(object);
    const inputs = withIgnored(object, live, ignored, manager);
    return await applied(inputs, manager, { cluster, settings, isDryRun: true, isForced: hasCreator(live) });
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw new Error(`update of resource "${urn}" failed: ${error.message}`);
  }
}

/** Server-side apply: what the program says of the object is managed by it from then on. */
async function applied(object, manager, { cluster, settings, isDryRun = false, isForced = false }) {
  const force = isForced || settings.enablePatchForce || annotation(object, "patchForce") === "true";
  const query = { fieldManager: manager, force: String(force), ...(isDryRun && { dryRun: "All" }) };
  try {
    return await cluster.request("PATCH", await cluster.kinds.path(object, object.metadata.name), {
      query,
      body: object,
      type: "application/apply-patch+yaml",
    });
  } catch (error) {
    if (!isConflict(error)) throw error;
    throw new Error(
      `server-side apply field conflict detected, see ${HELP} for troubleshooting help\nThe resource managed by field manager "${manager}" had an apply conflict: ${error.message}`,
    );
  }
}

const inWords = (error, urn) =>
  `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`;

module.exports = { applied, previewUpdate, update };
