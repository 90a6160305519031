import type { LocalPython, RayVersionsThere } from "./local-python";

export interface ConnectAnswer {
  readonly stack: string;
  readonly cluster: string;
  readonly env: Readonly<Record<string, string>>;
  /** Null: not known before the next update. */
  readonly versions: RayVersionsThere | null;
  readonly here: LocalPython | null;
  readonly misfits: readonly string[];
  readonly remedy?: string;
}

/** The answer of `./berth connect` as a shell reads it: variables, and comments for whoever sits before it. */
export function connectText({ stack, cluster, env, versions, misfits, remedy }: ConnectAnswer): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const there = versions
    ? `${cluster} has Ray ${versions.ray} and Python ${versions.python ?? "of its image"}`
    : `which Ray and Python ${cluster} has, is known after the next  ./berth up ${stack}`;
  return [
    ...Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`),
    `# ${there}${versions && misfits.length === 0 ? "; what is here fits." : misfits.map((one) => `; ${one}`).join("")}`,
    ...(remedy ? [`# One that fits:  ${remedy}`] : []),
    `# While  ./berth forward ${stack} ${cluster} --local 8265,10001  runs, in a Python with these variables:`,
    ...example.map((line) => `#   ${line}`.trimEnd()),
  ].join("\n");
}

/** A program for the cluster in ten lines. */
export const example = [
  "import ray",
  "",
  "ray.init()",
  "",
  "@ray.remote",
  "def square(number):",
  "    return number * number",
  "",
  "print(ray.get([square.remote(number) for number in range(10)]))",
  "ray.shutdown()",
];
