import { ConfigError } from "./config-error";
import { didYouMean } from "./did-you-mean";

/** Throws ConfigError for the first name that is none of `known`. @param kind what it would be, such as "node" */
export function checkKnown(kind: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new ConfigError([`berth: no ${kind} "${unknown}"${didYouMean(unknown, known)}`]);
}
