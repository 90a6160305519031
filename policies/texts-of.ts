import { commandTexts, commandTypes } from "./command-types";
import { ExperimentInstance, RayJob } from "./component-types";
import type { Untyped, Values } from "./values";

/** What runs a command of a scenario. */
const programs: readonly string[] = [ExperimentInstance, RayJob];

/** What holds a text that a machine runs. */
export const runningTypes: readonly string[] = [...programs, ...commandTypes];

/** The texts that a machine runs for a resource of one of these types, by the property they stand in. */
export function textsOf(values: Values<Untyped>, type: string): [string, string][] {
  if (programs.includes(type)) return [["command", values.texts("command").join(" ")]];
  return commandTexts.filter((key) => values.has(key)).map((key) => [key, values.text(key)]);
}
