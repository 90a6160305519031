"use strict";

/** How the engine writes what plain JSON cannot say. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isSecret = (value) => isObject(value) && value[SIGNATURE] === SECRET;
const isArchive = (value) => isObject(value) && value[SIGNATURE] === ARCHIVE;
const isAsset = (value) => isObject(value) && (value[SIGNATURE] === ASSET || isArchive(value));
const secret = (value) => (isSecret(value) ? value : { [SIGNATURE]: SECRET, value });

const mapValues = (object, f) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]));

/** The value without its secret wrappers, at any depth. */
function plain(value) {
  if (isSecret(value)) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? mapValues(value, plain) : value;
}

module.exports = { SIGNATURE, UNKNOWN, isArchive, isAsset, isObject, isSecret, plain, secret };
