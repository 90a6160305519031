import { readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import ignore from "ignore";
import type { Finding } from "./finding";
import type { WrittenScenario } from "./scenario";

/**
 * The directory and the experiments' JSON files that are copied to the nodes. Without `code` the files lie on the nodes
 * already, out of sight from here.
 * @param localPath the directory, resolved against the scenario file
 */
export function checkCode({ code, instances }: WrittenScenario, localPath: string | undefined): Finding[] {
  if (code === undefined || localPath === undefined) return [];
  if (!stats(localPath)?.isDirectory()) {
    return [
      { path: ["code", "local_path"], text: `no directory ${localPath}; the path is relative to this file` },
    ];
  }
  const excluded = ignore().add(code.exclude);
  return instances.flatMap(({ experiment_config_path: config }, index) => {
    const text = config && configProblem(join(localPath, config), posix.normalize(config), excluded);
    return text ? [{ path: ["instances", index, "experiment_config_path"], text }] : [];
  });
}

function configProblem(file: string, path: string, excluded: ReturnType<typeof ignore>): string | undefined {
  if (!stats(file)?.isFile()) return `no file ${file}; the path is relative to code.local_path`;
  if (excluded.ignores(path)) return `${path} is not copied: code.exclude leaves it out`;
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return undefined;
  } catch (error) {
    return `${file} is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}`;
  }
}

// What cannot be looked at (its directory is closed, its name too long) is as good as not there.
function stats(path: string) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
