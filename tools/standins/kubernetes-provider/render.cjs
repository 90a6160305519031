"use strict";

const { mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** Where an object's YAML lies below `directory`: definitions of custom resources come before all else. */
function renderedPath({ apiVersion, kind, metadata: { namespace = "default", name } }, directory) {
  const file = `${apiVersion.replaceAll(/[/:]/g, "_")}-${kind.toLowerCase()}-${namespace}-${name}.yaml`;
  const isDefinition = kind === "CustomResourceDefinition" && apiVersion.startsWith("apiextensions.k8s.io/");
  return join(directory, isDefinition ? "0-crd" : "1-manifest", file);
}

/** Writes an object's YAML, for the owner's eyes only: a Secret's is in plain text. Resolves with the path. */
async function render(object, directory) {
  const { dump } = await import("js-yaml");
  const path = renderedPath(object, directory);
  for (const folder of ["0-crd", "1-manifest"])
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, dump(object, { sortKeys: true, noRefs: true }), { mode: 0o600 });
  return path;
}

function unrender(object, directory) {
  rmSync(renderedPath(object, directory), { force: true });
}

module.exports = { render, unrender };
