"use strict";

const { isObject, isSecret } = require("../values.cjs");

/**
 * Paths at which two sets of inputs differ, each with "ADD", "DELETE" or "UPDATE", as in the engine's own notation:
 * `environment.HOME`, `triggers[0]`. A value that became secret differs.
 */
function diff(olds, news) {
  const changes = new Map();
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)]))
    if (!key.startsWith("__") && key !== "version") walk(key, olds[key], news[key], changes);
  return changes;
}

function walk(path, old, value, changes) {
  const nested = (key) =>
    /^[A-Za-z_]\w*$/.test(key) ? `${path}.${key}` : `${path}["${key.replaceAll('"', '\\"')}"]`;
  if (Array.isArray(old) && Array.isArray(value))
    for (let i = 0; i < Math.max(old.length, value.length); i++)
      walk(`${path}[${i}]`, old[i], value[i], changes);
  else if (isTree(old) && isTree(value))
    for (const key of new Set([...Object.keys(old), ...Object.keys(value)]))
      walk(nested(key), old[key], value[key], changes);
  else if (JSON.stringify(canonical(old)) !== JSON.stringify(canonical(value)))
    changes.set(path, old === undefined ? "ADD" : value === undefined ? "DELETE" : "UPDATE");
}

const isTree = (value) => isObject(value) && !isSecret(value);

/** The same value, the same text: keys in order. */
function canonical(value) {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  );
}

module.exports = { diff };
