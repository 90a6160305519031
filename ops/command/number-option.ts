import { ConfigError } from "../../topology/config-error";

/** What a flag of `./berth` may be. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  /** What is counted, such as "seconds"; undefined: it is a number, and no amount. */
  readonly of?: string;
}

/** Ports that can be listened on. */
export const ports: NumberRange = { least: 1, most: 65_535 };

/** From one question to the next. */
export const intervals: NumberRange = { least: 1, most: 86_400, of: "seconds" };

/** The whole number that was typed after a flag. Throws ConfigError. */
export function numberOption(flag: string, text: string, { least, most, of }: NumberRange): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  const what = of === undefined ? "a whole number" : `a whole number of ${of}`;
  throw new ConfigError([`berth: ${flag}: expected ${what} from ${least} to ${most}, got "${text}"`]);
}
