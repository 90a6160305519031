"use strict";

const { isObject, isSecret, secret, some } = require("../values.cjs");

/**
 * `outs` with everything secret that is secret in `ins`, where both are objects field by field, else as a whole; of a Secret
 * its data always.
 */
function withSecrets(outs, ins) {
  if (!isObject(outs)) return outs;
  const result = { ...outs };
  if (outs.kind === "Secret") {
    for (const field of ["data", "stringData"]) if (field in outs) result[field] = secret(outs[field]);
    return result;
  }
  for (const [key, value] of Object.entries(isObject(ins) ? ins : {}))
    if (key in outs) {
      if (isObject(outs[key]) && isObject(value) && !isSecret(value))
        result[key] = withSecrets(outs[key], value);
      else if (some(value, isSecret)) result[key] = secret(outs[key]);
    }
  return result;
}

module.exports = { withSecrets };
