import type { Finding } from "./finding";
import type { WrittenScenario } from "./scenario";
import type { Source } from "./source";

// With `gpus` it is Berth that says which devices a program sees.
const ofDevices = ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"];

/** Variables whose text YAML would change: `VERSION: 3.10` is the number 3.1; and those that Berth sets itself. */
export function checkEnvironment({ instances, ray_jobs: jobs }: WrittenScenario, source: Source): Finding[] {
  return [
    ...instances.flatMap(({ env, gpus }, index) => {
      const path = ["instances", index, "env"];
      return [...(gpus > 0 ? deviceFindings(env, path) : []), ...textFindings(env, path, source)];
    }),
    ...jobs.flatMap(({ env }, index) => textFindings(env, ["ray_jobs", index, "env"], source)),
  ];
}

type Variables = Readonly<Record<string, string>>;

function deviceFindings(env: Variables, path: Finding["path"]): Finding[] {
  const text = "with gpus the plan chooses the devices and sets this; leave it out";
  return ofDevices
    .filter((variable) => variable in env)
    .map((variable) => ({ path: [...path, variable], text, atKey: true }));
}

function textFindings(env: Variables, path: Finding["path"], source: Source): Finding[] {
  return Object.entries(env).flatMap(([variable, value]) => {
    const plain = source.plainText([...path, variable]) ?? value;
    if (plain === value) return [];
    const text = `YAML reads ${plain} as ${value}; write "${plain}" or ${value}`;
    return [{ path: [...path, variable], text }];
  });
}
