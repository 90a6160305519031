"use strict";

const { isObject } = require("../values.cjs");

/** Metadata that only the server writes. */
const READ_ONLY = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "uid",
];

/** The id of an object in the state: its name, after its namespace if it has one. */
const idOf = ({ metadata: { namespace, name } }) => (namespace ? `${namespace}/${name}` : name);

/** The other way round. */
function fromId(id) {
  const [first, second] = id.split("/");
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

/** An annotation `pulumi.com/…` of an object. */
const annotation = (object, name) => object.metadata?.annotations?.[`pulumi.com/${name}`];

const isKind = (object, apiVersion, kind) => object.apiVersion === apiVersion && object.kind === kind;

/** The API version and kind that a resource's type names: `kubernetes:core/v1:Secret`, `kubernetes:ray.io/v1:RayCluster`. */
function kindOfUrn(urn) {
  const [, apiVersion, kind] = urn.split("::")[2].split("$").pop().split(":");
  return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}

/** The object as it is compared and sent: without what only the server writes, a Secret's text as its data. */
function normalized(object) {
  const { stringData, ...rest } = object;
  const metadata = { ...object.metadata };
  for (const field of READ_ONLY) delete metadata[field];
  const hasText = isKind(object, "v1", "Secret") && isObject(stringData);
  if (!hasText) return { ...object, metadata };
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(String(text)).toString("base64"),
  ]);
  return { ...rest, metadata, data: { ...object.data, ...Object.fromEntries(encoded) } };
}

/** Of a live object what has its like in `shape`: what others added, the server first, is no concern of the program. */
function pruned(live, shape) {
  if (isObject(live) && isObject(shape))
    return Object.fromEntries(
      Object.keys(live)
        .filter((key) => key in shape)
        .map((key) => [key, pruned(live[key], shape[key])]),
    );
  if (Array.isArray(live) && Array.isArray(shape)) {
    if (live.length === 0 || shape.length === 0) return [];
    if (isObject(live[0]) !== isObject(shape[0])) return live;
    return live.slice(0, shape.length).map((value, index) => pruned(value, shape[index]));
  }
  return live;
}

module.exports = { annotation, fromId, idOf, isKind, kindOfUrn, normalized, pruned };
