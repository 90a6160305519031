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
  return instances.flatMap(({ experiment_config_path: config, command }, index) => {
    const configText = config && configProblem(join(localPath, config), posix.normalize(config), excluded);
    const program = programIn(command);
    const programText = program && fileProblem(join(localPath, program), posix.normalize(program), excluded);
    return [
      ...(configText ? [{ path: ["instances", index, "experiment_config_path"], text: configText }] : []),
      ...(programText
        ? [{ path: ["instances", index, "command"], text: `runs ${command.join(" ")}: ${programText}` }]
        : []),
    ];
  });
}

/** The Python file a command runs, where that is plain to see: the usual case, and the default. */
function programIn([interpreter, file]: readonly string[]): string | undefined {
  const isPlain = /^python3?$/.test(interpreter ?? "") && /^[^-/~].*\.py$/.test(file ?? "");
  return isPlain && !file!.split("/").includes("..") ? file : undefined;
}

function fileProblem(file: string, path: string, excluded: ReturnType<typeof ignore>): string | undefined {
  if (!stats(file)?.isFile()) return `no file ${file}; the path is relative to code.local_path`;
  return excluded.ignores(path) ? `${path} is not copied: code.exclude leaves it out` : undefined;
}

function configProblem(file: string, path: string, excluded: ReturnType<typeof ignore>): string | undefined {
  const problem = fileProblem(file, path, excluded);
  if (problem) return problem;
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
