import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "./finding";
import type { WrittenScenario } from "./scenario";

/**
 * The directory and the experiments' JSON files that are copied to the nodes. Without `code` the files lie on the nodes
 * already, out of sight from here.
 * @param localPath the directory, resolved against the scenario file
 */
export function checkCode(written: WrittenScenario, localPath: string | undefined): Finding[] {
  if (localPath === undefined) return [];
  if (!statSync(localPath, { throwIfNoEntry: false })?.isDirectory()) {
    return [
      { path: ["code", "local_path"], text: `no directory ${localPath}; the path is relative to this file` },
    ];
  }
  return written.instances.flatMap((entry, index) => {
    const text = entry.experiment_config_path && notJson(join(localPath, entry.experiment_config_path));
    return text ? [{ path: ["instances", index, "experiment_config_path"], text }] : [];
  });
}

function notJson(file: string): string | undefined {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    return `no file ${file}; the path is relative to code.local_path`;
  try {
    JSON.parse(readFileSync(file, "utf8"));
    return undefined;
  } catch (error) {
    return `${file} is not JSON: ${(error as Error).message.replace(/\s+/g, " ")}`;
  }
}
