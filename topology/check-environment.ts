import type { Finding } from "./finding";
import type { WrittenScenario } from "./scenario";
import type { Source } from "./source";

/** Variables whose text YAML would change: `VERSION: 3.10` is the number 3.1. */
export function checkEnvironment({ instances }: WrittenScenario, source: Source): Finding[] {
  return instances.flatMap(({ env }, index) =>
    Object.entries(env).flatMap(([variable, value]) => {
      const path = ["instances", index, "env", variable];
      const plain = source.plainText(path) ?? value;
      return plain === value
        ? []
        : [{ path, text: `YAML reads ${plain} as ${value}; write "${plain}" or ${value}` }];
    }),
  );
}
