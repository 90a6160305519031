import type { z } from "zod";
import { closest } from "./closest";
import { ConfigError } from "./config-error";
import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { quote } from "./quote";
import type { Source } from "./source";

/** The file's value as its schema describes it. Throws ConfigError with a sentence for everything that differs. */
export function readShape<Schema extends z.ZodType>(source: Source, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(source.value, { reportInput: true });
  if (result.success) return result.data;
  throw new ConfigError([...new Set(source.lines(result.error.issues.flatMap(findingsOf)))]);
}

/** Every message of our schemas is the phrase after "expected" (`fields.ts`), or the known keys. */
function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const { path, message, input } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        text: `unknown key${didYouMean(key, message.split(", "))}`,
        atKey: true,
      }));
    case "invalid_key":
      return [{ path, text: `this key must be ${issue.issues[0]!.message}`, atKey: true }];
    case "invalid_value": {
      const meant = typeof input === "string" ? closest(input, issue.values.map(String)) : undefined;
      return [{ path, text: `${gotInstead(message, input)}${meant ? `, did you mean "${meant}"?` : ""}` }];
    }
    case "invalid_type":
      return [{ path, text: `${gotInstead(message, input)}${remedy(issue.expected, input, message)}` }];
    default:
      return [{ path, text: gotInstead(message, input) }];
  }
}

function gotInstead(expected: string, input: unknown): string {
  return input === undefined ? `missing, expected ${expected}` : `expected ${expected}, got ${show(input)}`;
}

/** For what YAML reads as another type than was meant. */
function remedy(expected: string, input: unknown, message: string): string {
  if (expected === "string") return /number|boolean/.test(typeof input) ? "; write it in quotes" : "";
  if (typeof input !== "string") return "";
  if (expected === "boolean") {
    const word = /^(?:(y|yes|on|true)|n|no|off|false)$/i.exec(input);
    return word ? `; write ${word[1] !== undefined}` : "";
  }
  const [, digits, unit = ""] = /^([+-]?(?:\d+[.,]?\d*|[.,]\d+))\s*([kmgt]i?b?)?$/i.exec(input) ?? [];
  if (expected !== "number" || digits === undefined) return "";
  if (unit === "" && !digits.includes(",")) return "; write it without quotes";
  const perUnit = gigabytes[unit.toLowerCase().replace("b", "")]!;
  if (unit !== "" && !message.startsWith("a size in GB")) return "";
  return `; write ${Math.round(Number(digits.replace(",", ".")) * perUnit * 1000) / 1000}`;
}

/** By unit without its B; no unit is taken as meant. */
const gigabytes: Record<string, number> = {
  "": 1,
  k: 1e-6,
  m: 1e-3,
  g: 1,
  t: 1e3,
  ki: 1024 / 1e9,
  mi: 1024 ** 2 / 1e9,
  gi: 1024 ** 3 / 1e9,
  ti: 1024 ** 4 / 1e9,
};

function show(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return value.length > 0 ? "a list" : "an empty list";
  if (typeof value === "object") return "a map";
  if (typeof value !== "string") return String(value);
  return quote(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
