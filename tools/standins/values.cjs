"use strict";

/** How the engine writes what plain JSON cannot say. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isSecret = (value) => isObject(value) && value[SIGNATURE] === SECRET;
const secret = (value) => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

const mapValues = (object, f) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]));

/** The value without its secret wrappers, at any depth. */
function plain(value) {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? mapValues(value, plain) : value;
}

/** Whether `test` holds for the value or for one inside it. */
function some(value, test) {
  if (test(value)) return true;
  const inside = typeof value === "object" && value !== null ? Object.values(value) : [];
  return inside.some((one) => some(one, test));
}

module.exports = { UNKNOWN, isObject, isSecret, plain, secret, some };
