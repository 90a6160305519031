import type { Finding } from "./finding";
import type { WrittenScenario } from "./scenario";
import type { Source } from "./source";

// With `gpus` it is Berth that says which devices a program sees.
const ofDevices = ["CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES"];

/** Variables whose text YAML would change: `VERSION: 3.10` is the number 3.1; and those that Berth sets itself. */
export function checkEnvironment({ instances }: WrittenScenario, source: Source): Finding[] {
  return instances.flatMap(({ env, gpus }, index) =>
    Object.entries(env).flatMap(([variable, value]) => {
      const path = ["instances", index, "env", variable];
      if (gpus > 0 && ofDevices.includes(variable))
        return [
          { path, text: "with gpus the plan chooses the devices and sets this; leave it out", atKey: true },
        ];
      const plain = source.plainText(path) ?? value;
      return plain === value
        ? []
        : [{ path, text: `YAML reads ${plain} as ${value}; write "${plain}" or ${value}` }];
    }),
  );
}
