"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const { isAlreadyExists, isForbidden, isNamespaceNotFound, isNotFound } = require("./api-server.cjs");
const { NoMatchError } = require("./kinds.cjs");
const { CREATOR } = require("./managed-fields.cjs");
const { applied } = require("./update.cjs");
const { untilReady } = require("./wait.cjs");

/** A namespace or a custom resource definition may be on its way: pauses before the creation is tried again. */
const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 16_000];

const EXISTS = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;

/** Creates an object and waits until it is ready; resolves with it. Throws a NotReadyError once it is there. */
async function create(object, manager, { cluster, settings, urn, ...context }) {
  for (let attempt = 0; ; attempt++)
    try {
      const created = await send(object, manager, { cluster, settings });
      return await untilReady(created, object, { ...context, ...cluster });
    } catch (error) {
      const mayCome = error instanceof NoMatchError || isNotFound(error);
      if (error.live) throw error;
      if (!mayCome || attempt === PAUSES_MS.length) throw new Error(inWords(error, object, urn));
      await context.log("INFO", `Retry #${attempt}; creation failed: ${error.message}`);
      await sleep(PAUSES_MS[attempt], undefined, { signal: context.signal });
    }
}

/** What the server would make of the object; nothing where it cannot say that before. */
async function previewCreate(object, manager, { cluster, settings, urn }) {
  if (!(await cluster.kinds.exists(object))) return undefined;
  try {
    const { status, ...created } = await send(object, manager, { cluster, settings, isDryRun: true });
    return created;
  } catch (error) {
    if (isForbidden(error) || isAlreadyExists(error) || isNamespaceNotFound(error)) return undefined;
    throw new Error(inWords(error, object, urn));
  }
}

async function send(object, manager, { cluster, settings, isDryRun = false }) {
  if (settings.upsertExistingObjects)
    return applied(object, manager, { cluster, settings, isDryRun, isForced: isDryRun });
  const query = { fieldManager: CREATOR, ...(isDryRun && { dryRun: "All" }) };
  return cluster.request("POST", await cluster.kinds.path(object), { query, body: object });
}

function inWords(error, { apiVersion, kind }, urn) {
  if (error instanceof NoMatchError)
    return `creation of resource "${urn}" with kind ${apiVersion}/${kind} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`;
  const text = `resource "${urn}" was not successfully created by the Kubernetes API server: ${error.message}`;
  return isAlreadyExists(error) ? text + EXISTS : text;
}

module.exports = { create, previewCreate };
