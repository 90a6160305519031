// How programs and policy packs are run by the Node language host, with a real engine.
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkout } from "../../tools/environment.mjs";
import { Engine } from "./engine";

let engine: Engine;
beforeAll(() => {
  engine = new Engine();
  engine.pulumi("config", "set", "name", "berth");
  engine.pulumi("config", "set", "--path", "limits.nodes", "4");
  engine.pulumi("config", "set", "--secret", "token", "hunter2");
});
afterAll(() => engine.remove());

test("a program gets its configuration, its names and whether it previews", async () => {
  const { ok, text } = await engine.run(
    "up",
    `const config = new pulumi.Config();
     console.log("token:", config.get("token"));
     exports.config = [config.get("name"), config.requireObject("limits"), config.requireSecret("token")];
     exports.names = [pulumi.getOrganization(), pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()];
     exports.folder = process.cwd();`,
  );
  expect([ok, text.includes("hunter2")]).toEqual([true, false]);
  expect(engine.outputs()).toEqual({
    config: ["berth", { nodes: 4 }, "hunter2"],
    names: ["organization", "conformance", "test", false],
    folder: engine.folder,
  });
  expect(engine.stateFile()).not.toContain("hunter2");
});

test("a program that throws, refuses or ends itself is reported, each in its own way", async () => {
  // Without stacks: Node 20.20 needs some 20 s to colour one that passes through @pulumi/pulumi.
  const failing = async (statement: string) => {
    const { ok, errors } = await engine.run(
      "preview",
      `const bare = (e) => Object.assign(e, { stack: e.name });\n${statement}`,
    );
    expect(ok).toBe(false);
    return Object.values(errors).flat();
  };
  expect(await failing(`throw bare(new Error("a bug"));`)).toEqual([
    `Running program '${engine.folder}/' failed with an unhandled exception:\n[Error]`,
  ]);
  expect(await failing(`throw bare(new pulumi.RunError("cluster.yaml:1:1 is missing"));`)).toEqual([
    "cluster.yaml:1:1 is missing",
  ]);
  expect(await failing("process.exit(7);")).toEqual([
    "an unhandled error occurred: Program exited with non-zero exit code: 7",
  ]);
});

test("a program in TypeScript runs by what Node is told to load first, and a bug names its line", async () => {
  const typed = new Engine({ typescript: false, nodeargs: "--require tsx/cjs" });
  try {
    typed.write("index.ts", `const answer: number = "not checked";\nexport const typed = answer;\n`);
    expect((await typed.run("up")).errors).toEqual({});
    expect(typed.outputs()).toEqual({ typed: "not checked" });
    typed.write(
      "index.ts",
      `import { plainErrors } from "${checkout}/components/plain-errors";

interface Nothing {}
export = () => plainErrors(async (): Promise<Nothing> => { throw new TypeError("a bug"); });
`,
    );
    const { errors } = await typed.run("preview");
    expect(stripVTControlCharacters(JSON.stringify(errors))).toContain(`${typed.folder}/index.ts:4:66`);
  } finally {
    typed.remove();
  }
});

test("a policy pack gets its configuration and the stack's, and may forbid", async () => {
  engine.write("pack/PulumiPolicy.yaml", "runtime: nodejs\nmain: index.js\n");
  engine.write("pack/package.json", `{"name": "pack", "version": "1.0.0"}`);
  symlinkSync(join(checkout, "node_modules"), join(engine.folder, "pack", "node_modules"));
  engine.write(
    "pack/index.js",
    `const { PolicyPack } = require("@pulumi/policy");
     const { Config, getStack, runtime } = require("@pulumi/pulumi");
     const whose = [new Config("conformance").get("name"), getStack(), runtime.isDryRun()].join(" ");
     const configSchema = { properties: { limit: { type: "number", default: 1 } } };
     new PolicyPack("pack", { policies: [
       { name: "limit-length", description: "-", enforcementLevel: "mandatory", configSchema,
         validateResource: ({ type, props, getConfig }, report) => {
           if (type === "command:local:Command" && props.create.length > getConfig().limit)
             report("longer than " + getConfig().limit);
         } },
       { name: "count-commands", description: "-", enforcementLevel: "advisory", configSchema,
         validateStack: ({ resources }, report) =>
           report(resources.filter(({ type }) => type === "command:local:Command").length + " commands, " + whose) },
     ] });`,
  );
  engine.write("limits.json", `{"limit-length": {"limit": 4}}`);
  const withPolicies = (config: string[]) =>
    engine.run(
      "preview",
      `new local.Command("brief", { create: "true" }); new local.Command("wordy", { create: "exit 0" });`,
      ["--policy-pack", "pack", ...config],
    );
  const strict = await withPolicies(["--policy-pack-config", "limits.json"]);
  expect([strict.ok, strict.violations.toSorted()]).toEqual([
    false,
    [
      "advisory count-commands conformance-test: 2 commands, berth test true",
      "mandatory limit-length wordy: longer than 4",
    ],
  ]);
  const unset = await withPolicies([]);
  expect(unset.violations.toSorted()).toEqual([
    "advisory count-commands conformance-test: 2 commands, berth test true",
    "mandatory limit-length brief: longer than 1",
    "mandatory limit-length wordy: longer than 1",
  ]);
});
