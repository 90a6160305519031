"use strict";

const { isObject } = require("../values.cjs");

/**
 * What the annotation `pulumi.com/waitFor` asks for, as a function of the live object: one expression as of `kubectl wait`,
 * `condition=Type[=Status]` or `jsonpath={.path}[=value]`, or a JSON array of them that all have to hold.
 */
function waitFor(text) {
  const expressions = list(text);
  if (expressions.length === 0) throw new Error("at least one condition must be specified");
  const holding = expressions.map(parse);
  return (object) => holding.every((holds) => holds(object));
}

function list(text) {
  try {
    const values = JSON.parse(text);
    return Array.isArray(values) ? values : [text];
  } catch {
    return [text];
  }
}

function parse(expression) {
  if (expression.startsWith("condition=")) return condition(expression.slice("condition=".length));
  if (expression.startsWith("jsonpath=")) return jsonPath(expression.slice("jsonpath=".length));
  throw new Error(`expected a "jsonpath=" or "condition=" prefix, got ${JSON.stringify(expression)}`);
}

function condition(text) {
  const [type, status = "True"] = text.split("=");
  const isSame = (a, b) => String(a).toLowerCase() === b.toLowerCase();
  return (object) => {
    const found = (object.status?.conditions ?? []).find((one) => isSame(one.type, type));
    const observed = found?.observedGeneration ?? object.status?.observedGeneration;
    return Boolean(found) && !isOld(object, observed) && isSame(found.status, status);
  };
}

function jsonPath(text) {
  const match = /^\{\s*([^}]*?)\s*\}(?:=(.+))?$/.exec(text);
  if (!match) throw new Error(`format should be {.path}=value or {.path}, got ${JSON.stringify(text)}`);
  const [, path, value] = match;
  if (!/^\$?(\.[\w-]+|\[\d+\]|\['[^']*'\])+$/.test(path))
    throw new Error(`the stand-in of the kubernetes provider waits for plain paths only, not for ${path}`);
  const parts = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]/g)].map(([, ...part]) =>
    part.find((one) => one !== undefined),
  );
  return (object) => {
    const found = parts.reduce((inside, part) => inside?.[part], object);
    if (found === undefined || isOld(object, object.status?.observedGeneration)) return false;
    return value === undefined || (!isObject(found) && String(found) === value);
  };
}

/** Whether a status tells of an older generation of the object. */
const isOld = (object, observed) => observed !== undefined && observed < object.metadata.generation;

module.exports = { waitFor };
