"use strict";

const { existsSync, readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const path = require("node:path");

/** The package.json of each direct npm dependency of the program in `directory`, wherever above it its own stands. */
function dependencies(directory) {
  const own = findUp("package.json", directory);
  const { dependencies: needed, devDependencies } = own ? readJson(own) : {};
  const installed = createRequire(path.join(directory, "program.js"));
  return Object.keys({ ...needed, ...devDependencies }).flatMap((name) => {
    const folder = installed.resolve
      .paths(name)
      .find((modules) => existsSync(path.join(modules, name, "package.json")));
    return folder ? [readJson(path.join(folder, name, "package.json"))] : [];
  });
}

/** Name and version of each resource plugin that the program's dependencies call for. */
const resourcePlugins = (directory) =>
  dependencies(directory)
    .filter(({ pulumi }) => pulumi?.resource)
    .map(({ name, version, pulumi }) => ({
      name: pulumi.name ?? name.replace(/^@pulumi\//, ""),
      version: `v${(pulumi.version ?? version).replace(/^v/, "")}`,
    }));

function findUp(file, directory) {
  const candidate = path.join(directory, file);
  if (existsSync(candidate)) return candidate;
  return path.dirname(directory) === directory ? undefined : findUp(file, path.dirname(directory));
}

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

module.exports = { dependencies, resourcePlugins };
