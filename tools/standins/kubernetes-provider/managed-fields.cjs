"use strict";

const { isObject } = require("../values.cjs");

/** Who creates objects. The first update hands what it owns over to the resource's own field manager. */
const CREATOR = "pulumi-kubernetes";

/** Whose fields an update takes over, by the beginning of the name: what kubectl and older versions of the plugin wrote. */
const TAKEN_OVER = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: "pulumi-kubernetes", operation: "Update" },
  { prefix: "pulumi-resource-kubernetes", operation: "Update" },
];

const isTakenOver = ({ manager, operation, subresource }) =>
  !subresource && TAKEN_OVER.some((one) => one.operation === operation && manager.startsWith(one.prefix));

/** The JSON patch that makes `manager` the one that applied all that `TAKEN_OVER` wrote; nothing where there is none. */
function takeOver(live, manager) {
  const entries = live.metadata.managedFields ?? [];
  const taken = entries.filter(isTakenOver);
  if (taken.length === 0) return undefined;
  const isOurs = (entry) => entry.manager === manager && entry.operation === "Apply";
  const own = [...entries.filter(isOurs), ...taken];
  const merged = {
    ...own[0],
    manager,
    operation: "Apply",
    fieldsV1: own.map(({ fieldsV1 }) => fieldsV1).reduce(united, {}),
  };
  const managedFields = [...entries.filter((entry) => !isOurs(entry) && !isTakenOver(entry)), merged];
  return [
    { op: "replace", path: "/metadata/managedFields", value: managedFields },
    { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
  ];
}

function united(a = {}, b = {}) {
  const result = { ...a };
  for (const [key, value] of Object.entries(b)) result[key] = united(a[key], value);
  return result;
}

/** Whether an update has to take over what the plugin itself wrote before it applied: a dry run, which cannot, is forced. */
const hasCreator = (live) =>
  (live.metadata.managedFields ?? []).some(
    ({ manager, operation }) =>
      operation === "Update" && [CREATOR, `${CREATOR}.exe`, "pulumi-resource-kubernetes"].includes(manager),
  );

/**
 * The inputs with what the program ignores changes of as it is alive, so that it stays; left out where others manage it and
 * `manager` does not, so that it stays theirs.
 */
function withIgnored(inputs, live, paths, manager) {
  const result = structuredClone(inputs);
  for (const path of paths) {
    const parts = path.split(".");
    const owners = (live.metadata.managedFields ?? []).filter(({ fieldsV1 }) => owns(fieldsV1, parts));
    const alive = parts.reduce((value, part) => value?.[part], live);
    const parent = parts.slice(0, -1).reduce((value, part) => (value ? value[part] : undefined), result);
    if (!isObject(parent)) continue;
    if (owners.length > 0 && !owners.some((owner) => owner.manager === manager)) delete parent[parts.at(-1)];
    else if (alive !== undefined) parent[parts.at(-1)] = alive;
  }
  return result;
}

const owns = (fields, parts) =>
  parts.reduce((value, part) => value?.[`f:${part}`], fields ?? {}) !== undefined;

module.exports = { CREATOR, hasCreator, takeOver, withIgnored };
