import { place } from "../placement/place";
import { exampleInstance, exampleNode } from "../policies/example";
import type { Level, Rule } from "../policies/rule";
import { rules } from "../policies/rules";
import { tryRule } from "../policies/try-rule";
import { loadTopology } from "../topology/load-topology";

const disasters = "test/fixtures/disasters";

/** `docs/policies.md`, made of the rules and by running them. */
export async function policies(): Promise<string> {
  const all = (Object.keys(rules) as Level[]).flatMap((level) =>
    rules[level].map((rule) => ({ rule, level })),
  );
  return `# Policies

What a stack may do to its machines, whoever planned it. \`./berth preview STACK\` and \`./berth up STACK\` run these rules, and so does
\`pulumi preview --policy-pack policies\` (in another project, once it has the lines \`plugins:\` of our \`Pulumi.yaml\`). They see what
the components are given, add everything up anew and know nothing of the planner. A mandatory rule that is broken, or that cannot be
judged because a value is unknown in the preview, ends the preview with an error; advice is only shown. Made from \`policies/\` by
\`npm run docs\`: change it there.

| rule | level | what holds |
|---|---|---|
${all.map(({ rule, level }) => `| [${rule.name}](#${rule.name}) | ${level} | ${rule.description} |`).join("\n")}

## Exceptions

A mandatory rule becomes advice for one stack by a reason in its file, which every preview then shows:

\`\`\`yaml
# stacks/Pulumi.mine.yaml
config:
  berth:policies:
    require-memory-headroom: { reason: "one night only, Ana watches it" }
\`\`\`

An unknown rule or a missing reason is an error. Parameters are changed by Pulumi's own \`--policy-pack-config FILE\`, as in
\`./berth preview mine -- --policy-pack-config limits.json\` with \`{"require-memory-headroom": {"least": 0.12}}\`;
what no rule is called, and no parameter, is an error there, too.

## Two accidents that do not happen again

The planner keeps the headroom that the cluster file asks for. In both files below somebody asked for next to none; the pack refuses.

${(await Promise.all([accident("brain-node"), accident("workstation")])).join("\n")}
${all.map(({ rule, level }) => section(rule, level)).join("\n")}`;
}

/** What require-memory-headroom says about a plan that the planner finds good. */
async function accident(name: string): Promise<string> {
  const [cluster, scenario] = ["cluster", "scenario"].map((kind) => `${disasters}/${name}.${kind}.yaml`);
  const topology = loadTopology({ cluster: cluster!, scenario: scenario! });
  const { placements } = await place(topology);
  const instances = topology.scenario.instances.map(({ id, env: _, ...asked }) => {
    const { node, takes } = placements.find(({ instance }) => instance === id)!;
    return exampleInstance({ ...asked, instance: id, node, takes });
  });
  const nodes = topology.cluster.nodes.map(({ connection: _, ...node }) => exampleNode(node));
  const said = tryRule(rules.mandatory[0]!, [...nodes, ...instances]);
  return `[${name}](../${scenario}) on [its cluster](../${cluster}):\n\n${quoted(said)}`;
}

function section(rule: Rule, level: Level): string {
  const { name, description, why, configSchema, broken } = rule;
  const parameters = Object.entries(configSchema?.properties ?? {}).map(
    ([key, { description: meaning, default: value }]) =>
      `Parameter \`${key}\`: ${meaning}; \`${value}\` if not given.\n\n`,
  );
  return `## ${name}

${level[0]!.toUpperCase()}${level.slice(1)}. ${description} ${why}

${parameters.join("")}${quoted(tryRule(rule, broken.resources, { overrides: broken.overrides }))}`;
}

const quoted = (texts: readonly string[]) => `\`\`\`\n${texts.join("\n")}\n\`\`\`\n`;
