import { Dice } from "../../placement/pack/dice";
import type { NewPolicy } from "./policy";

/** Any machine that has room, and of it any device. */
export const random: NewPolicy = (packing, _usual, seed) => {
  const dice = new Dice(seed);
  return {
    choose(kind) {
      const fits = packing.machines.flatMap((_, machine) => {
        const devices = packing.devicesFor(kind, machine);
        return devices < 0 ? [] : [machine];
      });
      if (fits.length === 0) return undefined;
      const machine = fits[dice.below(fits.length)]!;
      const devices = packing.sharesFor(kind, machine);
      return {
        machine,
        devices:
          devices.length > 0 ? devices[dice.below(devices.length)]! : packing.devicesFor(kind, machine),
      };
    },
    changed() {},
  };
};
