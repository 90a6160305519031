import type { ResourceRule } from "./rule";

const stack = "pulumi:pulumi:Stack";

export const requireValidOverrides: ResourceRule = {
  name: "require-valid-overrides",
  description: "Whatever `berth:policies` says in a stack's file names a mandatory rule and gives a reason.",
  why: "An override with a slip of the pen would be none, and nobody would know.",
  types: [stack],
  check: (_, { overrides }) => [...overrides.mistakes],
  broken: {
    resources: [{ type: stack, name: "berth-hive", props: {} }],
    overrides: '{"require-memory-headrom": {"reason": "one night only"}}',
  },
};
