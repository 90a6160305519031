import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./environment.mjs";
import { run } from "./run.mjs";

export const nodeModules = {
  name: "npm modules",
  state: () => (isInstalled() ? "as in package-lock.json" : undefined),
  install: (report) => run("npm", ["ci", "--ignore-scripts", "--loglevel=error"], { cwd: checkout, report }),
};

/** Whether npm's own record of what it installed names all that the lock file wants, in its versions. */
function isInstalled() {
  const record = join(checkout, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const { "": _root, ...wanted } = packages(join(checkout, "package-lock.json"));
  const installed = packages(record);
  return Object.entries(wanted).every(([path, { version, optional }]) =>
    installed[path] ? installed[path].version === version : optional,
  );
}

const packages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
