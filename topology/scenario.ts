import { z } from "zod";
import { flag, line, name, section } from "./fields";
import { type Instance, idsOf, instanceSchema, toInstances } from "./instance";

/** The code that is copied to the nodes. */
export interface Code {
  /** Relative to the working directory; in the file it is relative to the file. */
  localPath: string;
  /** What is left out, as in a .gitignore. */
  exclude: string[];
}

export interface Scenario {
  name: string;
  instances: Instance[];
  /** Without it nothing is copied: the program already lies in each node's work dir. */
  code?: Code;
  /** Instance id to node name: beats every score, never a hard constraint. */
  placement: Record<string, string>;
  /** Whether `destroy` also removes logs and results. */
  purge: boolean;
}

export const scenarioSchema = section("a map with name and instances", {
  name,
  instances: z.array(instanceSchema, "a list of instances").min(1, "at least one instance"),
  code: section("a map with local_path", {
    local_path: line("the path of a directory"),
    exclude: z
      .array(line("a pattern"), "a list of patterns")
      .default(["*.pyc", "__pycache__", ".git", "logs/*"])
      .describe("as in a .gitignore"),
  }).optional(),
  placement: z.record(name, name, "a map of instance to node").default({}),
  purge: flag.default(false),
});

export type WrittenScenario = z.output<typeof scenarioSchema>;

/** @param localPath the code's directory, already resolved against the scenario file */
export function toScenario(written: WrittenScenario, localPath: string | undefined): Scenario {
  const ids = idsByName(written);
  return {
    name: written.name,
    instances: written.instances.flatMap((entry) => toInstances(entry, (name) => ids.get(name) ?? [])),
    ...(written.code && localPath && { code: { localPath, exclude: written.code.exclude } }),
    placement: written.placement,
    purge: written.purge,
  };
}

/** What a name in the file stands for: an instance's id itself, a group's name all its ordinals. */
export function idsByName({ instances }: WrittenScenario): Map<string, string[]> {
  return new Map(
    instances.flatMap((entry) => {
      const ids = idsOf(entry);
      return [...ids.map((id): [string, string[]] => [id, [id]]), [entry.instance_id, ids]];
    }),
  );
}
