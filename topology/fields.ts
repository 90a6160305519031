import { z } from "zod";
import { bytesFromGb } from "./units";

// Each builder takes or makes the phrase that follows "expected": `read-shape.ts` makes a sentence of it, and as `allowed` it
// goes into the reference. Where a field is used, `.meta` adds the rest of its line there: `description`, `example`, and
// `absent` for what holds without it where no fixed default does. A default before a transform is a `prefault`: the
// reference shows what can be written.

/** A map with these keys and no others. */
export function section<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const error: z.core.$ZodErrorMap = (issue) =>
    issue.code === "unrecognized_keys" ? Object.keys(shape).join(", ") : what;
  return z.strictObject(shape, { error }).meta({ allowed: what });
}

/** A map with these keys, among others that are other programs'. */
export function looseSection<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  return z.looseObject(shape, what).meta({ allowed: what });
}

/** The same, where every key that starts with a prefix is ours: an unknown one of them is an error. */
export function ownKeys<Shape extends z.core.$ZodLooseShape>(what: string, prefix: string, shape: Shape) {
  const known = Object.keys(shape);
  const unknown = z.core._check<Record<string, unknown>>(
    ({ value, issues }) => {
      const keys = Object.keys(value).filter((key) => key.startsWith(prefix) && !known.includes(key));
      if (keys.length > 0)
        issues.push({ code: "unrecognized_keys", keys, input: value, message: known.join(", ") });
    },
    // Also beside other mistakes: a mistyped key is often the missing one.
    { when: ({ value }) => typeof value === "object" && value !== null },
  );
  const others = known.map((key) => key.slice(prefix.length)).join("|");
  return looseSection(what, shape)
    .check(unknown)
    .meta({ allowed: what, patternProperties: { [`^${prefix}(?!(${others})$)`]: false } });
}

export function list<Item extends z.ZodType>(what: string, item: Item) {
  return z.array(item, what).meta({ allowed: what });
}

export function filledList<Item extends z.ZodType>(what: string, item: Item, atLeast: string) {
  return list(what, item)
    .min(1, atLeast)
    .meta({ allowed: `${what}, ${atLeast}` });
}

/** A map whose keys are the user's names. */
export function dictionary<Key extends z.core.$ZodRecordKey, Value extends z.ZodType>(
  what: string,
  key: Key,
  value: Value,
) {
  return z.record(key, value, what).meta({ allowed: what });
}

/** A name that is also a file name on the node: logs and ledger entries are called after it. */
export const name = matching(
  /^(?!__proto__$)[A-Za-z0-9_][A-Za-z0-9._-]{0,62}$/,
  "a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-')",
);

/** A name as Kubernetes has them for nodes and the like. */
export const kubernetesName = matching(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  "a name in Kubernetes: lower case letters, digits, '-' and '.'",
);

/** A namespace of Kubernetes. */
export const namespaceName = matching(
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a namespace in Kubernetes: lower case letters, digits and '-' (1 to 63)",
);

/** A Service of Kubernetes, and what is called like one: hosts have such names. */
export const serviceName = matching(
  /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "a Service in Kubernetes: lower case letters, digits and '-', a letter first (1 to 63)",
);

/** The name of a variable that a program of the user's gets. */
export const environmentName = matching(
  /^(?!BERTH_)[A-Za-z_][A-Za-z0-9_]*$/,
  "a name of letters, digits and '_' that does not start with BERTH_",
);

/** Text on one line. */
export const line = (what: string) => matching(/^[^\p{Cc}]+$/u, what);

/** A value of an environment variable or label: numbers and booleans become text. */
export const scalarText = z
  .union([z.string(), z.number(), z.boolean()], "text, a number, true or false")
  .transform(String);

export const flag = z.boolean("true or false").meta({ allowed: "true or false" });

export function matching(pattern: RegExp, expected: string) {
  return z.string(expected).regex(pattern, expected).meta({ allowed: expected });
}

export function choice<const Values extends readonly string[]>(
  values: Values,
  shown: readonly string[] = values,
) {
  const expected = `one of: ${shown.join(", ")}`;
  return z.enum(values, expected).meta({ allowed: expected });
}

/** Without a `max` of its own it ends at a million: beyond is a slip of the keyboard. */
export function wholeNumber(min: number, max?: number) {
  const expected = max === undefined ? `a whole number ≥ ${min}` : `a whole number from ${min} to ${max}`;
  const most = max ?? 1_000_000;
  return z
    .int(expected)
    .min(min, expected)
    .max(most, max === undefined ? `a whole number ≤ ${most}` : expected)
    .meta({ allowed: expected });
}

export function fraction(max: number) {
  const expected = `a fraction from 0 to ${max}, such as 0.15`;
  return z.number(expected).min(0, expected).max(max, expected).meta({ allowed: expected });
}

const mostCores = 4096;
const coresExpected = `a number of cores from 0 to ${mostCores}, such as 0.5`;

/** Cores of a CPU, of which a part may be asked for. */
export const cores = z
  .number(coresExpected)
  .min(0, coresExpected)
  .max(mostCores, coresExpected)
  .meta({ allowed: coresExpected });

/** The most GPUs that a node may have: a set of them is one small number to those who search. */
export const mostGpus = 16;
const gpusExpected = `a whole number of GPUs from 0 to ${mostGpus}, or a share of one from 0.001 to 0.999, such as 0.5`;

/** Whole GPUs, or a share of one. */
export const gpuAmount = z
  .union(
    [
      z.int(gpusExpected).min(0, gpusExpected).max(mostGpus, gpusExpected),
      z.number(gpusExpected).min(0.001, gpusExpected).max(0.999, gpusExpected),
    ],
    gpusExpected,
  )
  .meta({ allowed: gpusExpected });

const largestGb = 100_000;

/** A size written in GB, read as whole bytes. The smallest is a megabyte: a zero would divide by zero later. */
export const size = sizeFrom(0.001);

/** A size written in GB that may be 0, read as whole bytes. */
export const sizeOrZero = gigabytes(0, `a size in GB from 0 to ${largestGb}`);

/** A size written in GB that is at least `min`, read as whole bytes. */
export function sizeFrom(min: number) {
  return gigabytes(min, `a size in GB from ${min} to ${largestGb}`);
}

function gigabytes(min: number, expected: string) {
  return z
    .number(expected)
    .min(min, expected)
    .max(largestGb, expected)
    .transform(bytesFromGb)
    .meta({ allowed: expected });
}
