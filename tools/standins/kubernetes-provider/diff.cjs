"use strict";

const { UNKNOWN, isObject, plain } = require("../values.cjs");
const { isBuiltIn } = require("./kinds.cjs");
const { isAutonamed } = require("./names.cjs");
const { normalized, pruned } = require("./objects.cjs");
const { isSameQuantity } = require("./quantities.cjs");
const { replacingPaths } = require("./replacements.cjs");
const { fromState } = require("./state.cjs");

/**
 * What an update would change: by path "ADD", "UPDATE" or "DELETE", or one of these with "_REPLACE". Compared is what is alive
 * of the old inputs, as the state knows it, with the new inputs.
 */
function diff(state, news, { ignored = [], settings = {} }) {
  const { live, inputs } = fromState(state);
  const object = normalized(plain(news));
  const base = normalized(pruned(live, normalized(inputs)));
  base.apiVersion ??= object.apiVersion;
  base.kind ??= object.kind;
  base.metadata.name = live.metadata.name;
  if (object.metadata.namespace || live.metadata.namespace) {
    base.metadata.namespace = live.metadata.namespace ?? "default";
    object.metadata.namespace ??= "default";
  }
  const changes = new Map();
  walk([], base, object, (path, kind) => changes.set(path, kind), object.apiVersion);
  const replacing = replacingPaths(object, settings);
  const result = new Map();
  for (const [path, kind] of changes) {
    const text = inWords(path);
    if (ignored.some((one) => isWithin(text, one))) continue;
    result.set(text, replacing.some((one) => touches(path, one)) ? `${kind}_REPLACE` : kind);
  }
  const replaces = [...result].filter(([, kind]) => kind.endsWith("_REPLACE")).map(([path]) => path);
  const staysNamed =
    object.metadata.name === live.metadata.name && object.metadata.namespace === live.metadata.namespace;
  return {
    changes: result,
    replaces,
    deletesFirst: replaces.length > 0 && staysNamed && !isAutonamed(object),
  };
}

function walk(path, old, value, report, apiVersion) {
  if (isObject(old) && isObject(value))
    for (const key of new Set([...Object.keys(old), ...Object.keys(value)]))
      walk([...path, key], old[key], value[key], report, apiVersion);
  else if (Array.isArray(old) && Array.isArray(value))
    for (let i = 0; i < Math.max(old.length, value.length); i++)
      walk([...path, i], old[i], value[i], report, apiVersion);
  else if (old === undefined || old === null) {
    if (value !== undefined && value !== null && !isDropped(apiVersion, value)) report(path, "ADD");
  } else if (value === undefined || value === null) report(path, "DELETE");
  else if (old !== value || value === UNKNOWN) {
    if (!isSameQuantity(apiVersion, path.join("."), old, value)) report(path, "UPDATE");
  }
}

/** Of the built-in kinds the server leaves out lists and maps that are empty; in custom resources they stay. */
const isDropped = (apiVersion, value) =>
  isBuiltIn(apiVersion) && typeof value === "object" && Object.keys(value).length === 0;

/** Whether a change at `path` touches what `pattern` names: at it, below it, or above it. "*" stands for any index. */
const touches = (path, pattern) =>
  pattern.every((part, i) => i >= path.length || part === "*" || part === String(path[i]));

/** A path as the engine writes it: `spec.ports[0].name`, `metadata.annotations["pulumi.com/skipAwait"]`. */
const inWords = (path) =>
  path.reduce((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    if (/[."[\]]/.test(part)) return `${text}["${part.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${part}` : part;
  }, "");

/** Whether one of the engine's paths is another or lies below it; in the other, "[*]" stands for any index. */
const isWithin = (path, other) => {
  const pattern = other.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll("\\[\\*\\]", "\\[\\d+\\]");
  return new RegExp(`^${pattern}($|[.[])`).test(path);
};

module.exports = { diff };
