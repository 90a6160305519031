"use strict";

const { createHash } = require("node:crypto");
const { UNKNOWN } = require("../values.cjs");
const { annotation } = require("./objects.cjs");

const DISABLED = 2; // of CheckRequest.AutonamingOptions.Mode

/**
 * The object with a name. One that the program left unnamed keeps the name that it was given before, else gets the resource's
 * with 8 random digits (or what the engine's autonaming proposes), and the annotation that says so.
 */
function named(object, { old, urn, seed, autonaming }) {
  const { name, generateName } = object.metadata;
  if (name) return object;
  if (generateName)
    throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
  if (old?.metadata) return isAutonamed(old) ? autonamed(object, old.metadata.name) : object;
  if (autonaming?.mode === DISABLED)
    throw new Error("autonaming is disabled, resource requires the .metadata.name field to be set");
  const digits = createHash("sha256").update(seed).update(urn).digest("hex").slice(0, 8);
  return autonamed(object, autonaming?.proposedName || `${urn.split("::").slice(3).join("::")}-${digits}`);
}

function autonamed(object, name) {
  const { annotations } = object.metadata;
  const marked = annotations === UNKNOWN ? annotations : { ...annotations, "pulumi.com/autonamed": "true" };
  return { ...object, metadata: { ...object.metadata, name, annotations: marked } };
}

const isAutonamed = (object) => annotation(object, "autonamed") === "true";

module.exports = { isAutonamed, named };
