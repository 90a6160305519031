import type { ResourceRule } from "./rule";

const stack = "pulumi:pulumi:Stack";

export const showOverrides: ResourceRule = {
  name: "show-overrides",
  description: "Whoever looks at a stack sees which rules are only advice there, and why.",
  why: "An exception that nobody sees any more is the next accident.",
  types: [stack],
  check: (_, { overrides }) =>
    [...overrides.reasons].map(([name, reason]) => `${name} is only advice for this stack: ${reason}`),
  broken: {
    resources: [{ type: stack, name: "berth-hive", props: {} }],
    overrides: '{"require-memory-headroom": {"reason": "one night only, Ana watches it"}}',
  },
};
