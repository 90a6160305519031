"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const { isNotFound } = require("./api-server.cjs");
const { annotation, isKind } = require("./objects.cjs");
const { readiness } = require("./ready.cjs");
const { waitFor } = require("./wait-for.cjs");

const DEFAULT_MS = 10 * 60 * 1000;
const SETTLED_MS = 10_000;
const [SHORTEST_MS, LONGEST_MS] = [50, 1_000];

/** Kinds of which `skipAwait` also holds for the delete, for the sake of older programs. */
const SKIPPED_ON_DELETE = [
  ...["DaemonSet", "Deployment", "StatefulSet"].map((kind) => ["apps/v1", kind]),
  ...["Namespace", "Pod", "ReplicationController"].map((kind) => ["v1", kind]),
  ["batch/v1", "Job"],
];

/** An object that is there but not as it should be: `live` as last seen, `reasons` what is missing. */
class NotReadyError extends Error {
  constructor(message, live, reasons = []) {
    super(message);
    Object.assign(this, { live, reasons: [message, ...reasons] });
  }
}

/** Waits until an object that was created or updated is ready, as its kind or its annotations say; resolves with it. */
async function untilReady(object, inputs, context) {
  if (isSkipped(inputs)) return object;
  const expression = annotation(inputs, "waitFor");
  const custom = expression && asked(expression, object);
  const builtIn = readiness(object)?.ready;
  if (!custom && !builtIn) return object;
  const isStill = stillness(SETTLED_MS);
  const { name } = object.metadata;
  let [live, missing] = [object, []];
  await poll(inputs, context, {
    async isDone() {
      if (custom) return custom(live);
      missing = await told(() => builtIn(live, context.request, { isStill }), live);
      return missing === undefined;
    },
    async next() {
      live = await context.read(live);
    },
    late: () => {
      throw new NotReadyError(
        custom ? "timed out waiting for the condition" : `'${name}' timed out waiting to be Ready`,
        live,
        missing,
      );
    },
    cancelled: () => {
      throw new NotReadyError(`Resource operation was cancelled for "${name}"`, live, missing);
    },
  });
  return live;
}

/** Throws if a live object whose kind is read with its readiness is not ready now. */
async function checkReady(live, inputs, { request }) {
  const { ready, isRead } = readiness(live) ?? {};
  if (!isRead || isSkipped(inputs)) return;
  const missing = await told(() => ready(live, request, { isStill: () => true }), live);
  if (missing)
    throw new NotReadyError(
      `Resource '${live.metadata.name}' was created but failed to initialize`,
      live,
      missing,
    );
}

/** Waits until a deleted object is gone, with all that its finalizers and its dependents' ask for. */
async function untilGone(object, inputs, context) {
  const mayBeSkipped = SKIPPED_ON_DELETE.some(([apiVersion, kind]) => isKind(inputs, apiVersion, kind));
  if (isSkipped(inputs) && mayBeSkipped) return;
  const look = (error) => {
    if (isNotFound(error)) return undefined;
    throw error;
  };
  let live = await context.read(object).catch(look);
  await poll(inputs, context, {
    isDone: () => live === undefined || live.metadata.uid !== (object.metadata.uid ?? live.metadata.uid),
    async next() {
      live = await context.read(object).catch(look);
    },
    late: async () => {
      const finalizers = live.metadata.finalizers ?? [];
      await context.log("WARNING", `finalizers might be preventing deletion (${finalizers.join(", ")})`);
      throw new NotReadyError("timed out waiting for the condition", live);
    },
    cancelled: () => {
      throw new NotReadyError(`Resource operation was cancelled for "${object.metadata.name}"`, live);
    },
  });
}

const isSkipped = (inputs) => annotation(inputs, "skipAwait") === "true";

/** What is thrown while asked is of the object, not of its creation. */
async function told(ask, live) {
  try {
    return await ask();
  } catch (error) {
    throw new NotReadyError(error.message, live);
  }
}

function asked(expression, object) {
  try {
    return waitFor(expression);
  } catch (error) {
    throw new NotReadyError(error.message, object);
  }
}

/** Asks at growing intervals until it is done or too late; the time comes from the resource or its annotation. */
async function poll(inputs, { timeout, signal }, { isDone, next, late, cancelled }) {
  const ms = 1000 * (timeout || Number(annotation(inputs, "timeoutSeconds"))) || DEFAULT_MS;
  const deadline = Date.now() + ms;
  for (let pause = SHORTEST_MS; !(await isDone()); pause = Math.min(pause * 1.5, LONGEST_MS)) {
    if (Date.now() >= deadline) return late();
    try {
      await sleep(Math.min(pause, deadline - Date.now()), undefined, { signal });
      await next();
    } catch (error) {
      if (signal.aborted) return cancelled();
      throw error;
    }
  }
}

/** Says of a value, at each call, whether it has been the same for so long. */
function stillness(ms) {
  let [last, since] = [undefined, Date.now()];
  return (value) => {
    if (value !== last) [last, since] = [value, Date.now()];
    return value !== undefined && Date.now() - since >= ms;
  };
}

module.exports = { NotReadyError, checkReady, untilGone, untilReady };
