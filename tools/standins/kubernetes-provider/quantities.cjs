"use strict";

const { isBuiltIn } = require("./kinds.cjs");

const FACTORS = { n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 };
for (const [power, letter] of ["K", "M", "G", "T", "P", "E"].entries())
  FACTORS[`${letter}i`] = 1024 ** (power + 1);

/** Fields whose values are quantities, or maps of them. */
const FIELDS =
  /\b(limits|requests|hard|default|defaultRequest|max|min|maxLimitRequestRatio|capacity|sizeLimit|overhead)\b/;

/**
 * Whether two values at a path say the same amount: of the built-in kinds the server writes "1000m" as "1", "1024Mi" as "1Gi".
 * In custom resources amounts stay as they are written.
 */
function isSameQuantity(apiVersion, path, a, b) {
  if (!isBuiltIn(apiVersion) || !FIELDS.test(path)) return false;
  const [left, right] = [amount(a), amount(b)];
  return left !== undefined && left === right;
}

function amount(value) {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value));
  return match ? Number(match[1]) * (FACTORS[match[2]] ?? 1) : undefined;
}

module.exports = { isSameQuantity };
