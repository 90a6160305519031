/** The pack on whole stacks: what it lets pass, what it refuses in a preview although the planner did not, and in which words. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterEach, expect, test } from "vitest";
import { checkout } from "../../tools/environment.mjs";
import { nothing, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const disasters = "test/fixtures/disasters";

async function openDisaster(name: string, ...changes: object[]): Promise<void> {
  const scenario = load(readFileSync(`${disasters}/${name}.scenario.yaml`, "utf8")) as {
    instances: object[];
  };
  for (const [index, change] of changes.entries()) Object.assign(scenario.instances[index]!, change);
  bed = await TestBed.open({ cluster: `${disasters}/${name}.cluster.yaml`, scenario });
  await bed.configure("berth:cluster", `${disasters}/${name}.cluster.yaml`);
}

/** What the policies say in a preview's output, without its indentation. */
function policiesIn(output: string): string {
  const start = output.indexOf("\nPolicies:");
  const lines = output.slice(start, output.indexOf("\n\n", start)).replace(/^ +/gm, "").trim();
  // How much of the pack's path is shown depends on its length.
  return lines.replace(/\(local: .*policies\)/, "(local: policies)");
}

test("a machine that locks up above nine tenths is not filled, however little headroom its file asks for", async () => {
  await openDisaster("brain-node");
  const { status, output } = await bed.berth("preview");
  expect(status, output).not.toBe(0);
  expect(policiesIn(output)).toMatchInlineSnapshot(`
    "Policies:
    ❌ berth@v0.1.0 (local: policies)
    - [mandatory]  require-memory-headroom  (berth:components:Node: hw-brain-01)
    A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.
    hw-brain-01: 120 GB of 128 GB of unified memory would be held, the limit is 115.2 GB: 10 % must stay free (whatever memory_headroom.require says)
    it is co-tenant vllm 72 GB + umap 48 GB
    the smallest change: 4.8 GB less: ram_gb of umap lowered to 43.2, or umap on another node
    - [advisory]  advise-memory-headroom  (berth:components:Node: hw-brain-01)
    A node keeps the share of its RAM free that its memory_headroom advises.
    hw-brain-01: 120 GB of 128 GB of unified memory would be held, the limit is 102.4 GB: 20 % should stay free (memory_headroom.advise)
    it is co-tenant vllm 72 GB + umap 48 GB
    the smallest change: 17.6 GB less: ram_gb of umap lowered to 30.4, or umap on another node"
  `);
  const json = await bed.berth("preview", "--json");
  expect(json.status).not.toBe(0);
  expect(json.output).toMatch(
    /"policyEvent":.*hw-brain-01: 120 GB of 128 GB.*"enforcementLevel":"mandatory"/,
  );
  expect((await bed.berth("up", "--yes")).status).not.toBe(0);
  expect(bed.left()).toEqual(nothing);
});
test("… and with a smaller instance it is", async () => {
  await openDisaster("brain-node", { ram_gb: 34 });
  const { status, output } = await bed.berth("preview");
  expect(status, output).toBe(0);
});
test("a cluster that asks for 464 GiB does not get them of 516 GB", async () => {
  await openDisaster("workstation");
  const { status, output } = await bed.berth("preview");
  expect(status, output).not.toBe(0);
  expect(policiesIn(output)).toMatchInlineSnapshot(`
    "Policies:
    ❌ berth@v0.1.0 (local: policies)
    - [mandatory]  require-memory-headroom  (berth:components:Node: wrx80-node1)
    A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.
    wrx80-node1: 498.22 GB (464 GiB) of 516 GB of RAM would be held, the limit is 464.4 GB (432.5 GiB): 10 % must stay free (whatever memory_headroom.require says)
    it is 8 × 60.13 GB (56 GiB) (ray-worker-0, ray-worker-1, ray-worker-2, ray-worker-3, ray-worker-4, ray-worker-5, ray-worker-6, ray-worker-7) + ray-head 17.18 GB (16 GiB)
    the smallest change: 33.82 GB (31.5 GiB) less: ram_gb of ray-worker-7 lowered to 26.31, or ray-worker-7 on another node
    - [advisory]  advise-memory-headroom  (berth:components:Node: wrx80-node1)
    A node keeps the share of its RAM free that its memory_headroom advises.
    wrx80-node1: 498.22 GB (464 GiB) of 516 GB of RAM would be held, the limit is 412.8 GB (384.44 GiB): 20 % should stay free (memory_headroom.advise)
    it is 8 × 60.13 GB (56 GiB) (ray-worker-0, ray-worker-1, ray-worker-2, ray-worker-3, ray-worker-4, ray-worker-5, ray-worker-6, ray-worker-7) + ray-head 17.18 GB (16 GiB)
    the smallest change: 85.42 GB (79.56 GiB) less: ray-worker-0 and ray-worker-7 on other nodes"
  `);
});
test("… and with fewer workers it does", async () => {
  await openDisaster("workstation", {}, { count: 6 });
  const { status, output } = await bed.berth("preview");
  expect(status, output).toBe(0);
});

test("a planner with a bug is stopped in the preview, and by an update that skips it before anything starts", async () => {
  bed = await TestBed.open();
  const program = join(bed.folder, "program");
  mkdirSync(program);
  for (const name of ["node_modules", "tsconfig.json", "Pulumi.yaml", "policies"])
    symlinkSync(join(checkout, name), join(program, name));
  writeFileSync(join(program, "package.json"), JSON.stringify({ name: "corrupted", main: "index.ts" }));
  const corrupted = join(checkout, "test/fixtures/programs/corrupted-plan");
  writeFileSync(
    join(program, "index.ts"),
    `import { corruptedPlan } from ${JSON.stringify(corrupted)};\nexport = corruptedPlan;\n`,
  );
  const pack = ["--cwd", program, "--policy-pack", join(checkout, "policies")];

  const { status, output } = await bed.pulumi("preview", ...pack);
  expect(status, output).not.toBe(0);
  expect(policiesIn(output)).toMatchInlineSnapshot(`
    "Policies:
    ❌ berth@v0.1.0 (local: policies)
    - [mandatory]  limit-instances-per-node  (berth:components:Node: rpi1)
    A node has no more instances than its max_instances, those of other stacks included.
    rpi1: 4 instances (critic, historian, optimist, pessimist), max_instances is 1; place 3 of them elsewhere or raise it
    - [mandatory]  require-memory-headroom  (berth:components:Node: rpi1)
    A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.
    rpi1: 42 GB of 8 GB of RAM would be held, the limit is 6.8 GB: 15 % must stay free (memory_headroom.require)
    it is 3 × 12 GB (critic, historian, optimist) + pessimist 6 GB
    the smallest change: 35.2 GB less: critic and historian and optimist on other nodes"
  `);

  const update = await bed.pulumi("up", "--yes", "--skip-preview", ...pack);
  expect(update.status, update.output).not.toBe(0);
  // Who comes first is the engine's order, and so is whose refusal is shown first: only the small one alone fits.
  expect(policiesIn(update.output)).toMatch(/^rpi1: (12|18|24|30|36|42) GB of 8 GB of RAM would be held/m);
  expect(bed.left().processes).toEqual([]);
});

test("an override is shown with its reason at each preview, by plain pulumi, too", async () => {
  await openDisaster("brain-node");
  await bed.configure("--path", 'berth:policies["require-memory-headroom"].reason', "Ana watches it tonight");
  const { status, output } = await bed.pulumi("preview", "--policy-pack", "policies");
  expect(status, output).toBe(0);
  expect(policiesIn(output)).toMatchInlineSnapshot(`
    "Policies:
    ⚠️ berth@v0.1.0 (local: policies)
    - [advisory]  advise-memory-headroom  (berth:components:Node: hw-brain-01)
    A node keeps the share of its RAM free that its memory_headroom advises.
    hw-brain-01: 120 GB of 128 GB of unified memory would be held, the limit is 102.4 GB: 20 % should stay free (memory_headroom.advise)
    it is co-tenant vllm 72 GB + umap 48 GB
    the smallest change: 17.6 GB less: ram_gb of umap lowered to 30.4, or umap on another node
    - [advisory]  require-memory-headroom  (berth:components:Node: hw-brain-01)
    A node keeps the share of its RAM free that its memory_headroom requires, whoever holds the rest.
    hw-brain-01: 120 GB of 128 GB of unified memory would be held, the limit is 115.2 GB: 10 % must stay free (whatever memory_headroom.require says)
    it is co-tenant vllm 72 GB + umap 48 GB
    the smallest change: 4.8 GB less: ram_gb of umap lowered to 43.2, or umap on another node
    - [advisory]  show-overrides  (pulumi:pulumi:Stack: berth-hive-cluster)
    Whoever looks at a stack sees which rules are only advice there, and why.
    require-memory-headroom is only advice for this stack: Ana watches it tonight"
  `);
});
