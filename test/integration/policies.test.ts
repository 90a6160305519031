/**
 * Every rule with the real engine, by the exit status of a preview: broken, and with a value that no preview knows. That rules
 * judge rightly is proved in test/policies.
 */
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleInstance, exampleNode } from "../../policies/example";
import type { Resource } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { tryRule } from "../../policies/try-rule";
import { checkout } from "../../tools/environment.mjs";
import { Engine } from "../conformance/engine";
import { everyChange, unknownText } from "../support/every-change";

let engine: Engine;
beforeEach(() => {
  engine = new Engine();
  const starter = [{ name: "policy-berth", path: join(checkout, "policies") }];
  engine.write(
    "Pulumi.yaml",
    `${engine.read("Pulumi.yaml")}plugins: ${JSON.stringify({ analyzers: starter })}\n`,
  );
});
afterEach(() => engine.remove());

/** A preview with the pack, of a program that makes just these. Texts of commands and passwords are secrets. */
async function preview(resources: readonly Resource[], overrides?: string, config: string[] = []) {
  if (overrides) engine.pulumi("config", "set", "berth:policies", overrides);
  return engine.run(
    "preview",
    `const later = new local.Command("later", { create: "true" }).stdout;
     const secrets = ["command", "create", "password"];
     const given = (value) => {
       if (value === ${JSON.stringify(unknownText)}) return later;
       if (typeof value !== "object" || value === null) return value;
       if (Array.isArray(value)) return value.map(given);
       return Object.fromEntries(Object.entries(value).map(([key, inner]) =>
         [key, secrets.includes(key) ? pulumi.secret(given(inner)) : given(inner)]));
     };
     for (const { type, name, props } of ${JSON.stringify(resources)})
       if (type === "command:local:Command") new local.Command(name, given(props));
       // Objects of Kubernetes as components of that type: a pack is shown the same, and no plugin has to be there.
       else if (type.startsWith("berth:") || type.startsWith("kubernetes:"))
         new pulumi.ComponentResource(type, name, given(props)).registerOutputs(given(props));`,
    ["--policy-pack", join(checkout, "policies"), ...config],
  );
}

test.each(rules.mandatory)("$name is mandatory, and shows no secret", async (rule) => {
  const { resources, overrides } = rule.broken;
  const { ok, violations, text } = await preview(resources, overrides);
  expect(ok, text).toBe(false);
  const own = violations.filter((line) => line.startsWith(`mandatory ${rule.name} `));
  expect(own.map((line) => line.slice(line.indexOf(": ") + 2))).toEqual(
    tryRule(rule, resources, { overrides }),
  );
  expect(text).not.toMatch(/correct.horse/);
});

const readers = rules.mandatory.filter(({ name }) => name !== "require-valid-overrides");

test.each(readers)("$name is mandatory where a value is unknown", async (rule) => {
  const broken = tryRule(rule, rule.broken.resources);
  const unknown = everyChange(rule.broken.resources, unknownText).find(
    (resources) => tryRule(rule, resources).join() !== broken.join(),
  )!;
  const { ok, violations, text } = await preview(unknown);
  expect(ok, text).toBe(false);
  expect(violations.join("\n")).toMatch(
    new RegExp(
      `^mandatory ${rule.name} \\S+: cannot be judged, so it counts as broken: .* can't be known`,
      "m",
    ),
  );
});

test("advice lets a preview pass, and so does an overridden rule, with its reason", async () => {
  const [headroom] = rules.mandatory;
  const { ok, violations, text } = await preview(
    headroom!.broken.resources,
    '{"require-memory-headroom": {"reason": "one night only, Ana watches it"}}',
  );
  expect(ok, text).toBe(true);
  expect(violations.map((line) => line.split(":")[0]).toSorted()).toEqual([
    "advisory require-memory-headroom rpi1",
    "advisory show-overrides conformance-test",
  ]);
  expect(violations).toContain(
    "advisory show-overrides conformance-test: require-memory-headroom is only advice for this stack: one night only, Ana watches it",
  );
});

test("parameters and levels are those of --policy-pack-config, and what it misspells is an error", async () => {
  const resources = [exampleNode({ maxInstances: 0 }), exampleInstance({ ramBytes: 6.7e9 })];
  engine.write(
    "limits.json",
    `{"require-memory-headroom": {"least": 0.2}, "limit-instances-per-node": "advisory", "advise-memory-headroom": "disabled"}`,
  );
  const config = ["--policy-pack-config", join(engine.folder, "limits.json")];
  const { ok, violations, text } = await preview(resources, undefined, config);
  expect(ok, text).toBe(false);
  expect(violations.map((line) => line.split("\n")[0]).toSorted()).toEqual([
    "advisory limit-instances-per-node rpi1: rpi1: 1 instances (critic), max_instances is 0; place 1 of them elsewhere or raise it",
    "mandatory require-memory-headroom rpi1: rpi1: 6.7 GB of 8 GB of RAM would be held, the limit is 6.4 GB: 20 % must stay free (whatever memory_headroom.require says)",
  ]);
  engine.write("limits.json", `{"require-memory-headroom": {"least": 2}}`);
  const mistaken = await preview(resources, undefined, config);
  expect([mistaken.ok, mistaken.violations]).toEqual([false, []]);
  expect(mistaken.text).toMatch(/validating policy config: berth 0\.1\.0 .*least.*0\.9/);

  engine.write(
    "limits.json",
    `{"require-memory-headrom": "advisory", "require-memory-headroom": {"laest": 0.2}, "require-host-key": {"level": "advisory"}}`,
  );
  const misspelt = await preview(resources, undefined, config);
  expect([misspelt.ok, misspelt.violations]).toEqual([false, []]);
  for (const mistake of [
    'require-memory-headrom: no such rule, did you mean "require-memory-headroom"?',
    'require-memory-headroom.laest: no such parameter, did you mean "least"?',
    'require-host-key: has no parameters, got "level"',
  ])
    expect(misspelt.text).toContain(mistake);
});
