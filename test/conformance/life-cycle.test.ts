// What a command does over its life, with a real engine. That what it starts reaches a node is proved in
// test/components/run-on-node.test.ts.
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differsIn } from "./differs";
import { Engine } from "./engine";

const differs = differsIn("command");
let engine: Engine;
beforeAll(() => {
  engine = new Engine();
  engine.define({ record: join(engine.folder, "record") });
});
afterAll(() => engine.remove());

/** What the commands of one resource noted down since the last look, in order. */
const noted = (name: string) =>
  engine
    .read("record")
    .split("\n")
    .filter((line) => line.startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2));

test("create: output loses one newline, input and environment are passed on, nothing to do is fine", async () => {
  const { ok, steps } = await engine.run(
    "up",
    `const cases = {
       plain: new local.Command("plain", { create: "printf 'out\\\\n\\\\n'; printf err >&2" }),
       fed: new local.Command("fed", { create: "cat", stdin: "one\\ntwo\\n" }),
       idle: new local.Command("idle", { delete: "true" }),
       long: new local.Command("long", { create: "head -c 60000 /dev/zero | tr '\\\\0' x", logging: "none" }),
       here: new local.Command("here", { create: 'echo "$0 $GREETING"; pwd', environment: { GREETING: "hello" } }),
       elsewhere: new local.Command("elsewhere", {
         create: "os.write(1, os.environ['GREETING'].encode() + b' ' + os.getcwd().encode())",
         interpreter: ["python3", "-c", "import os, sys; exec(sys.argv[1])"], environment: { GREETING: "hello" }, dir: "/",
       }),
     };
     for (const [name, { stdout, stderr }] of Object.entries(cases)) exports[name] = [stdout, stderr];`,
  );
  expect([ok, steps.toSorted()]).toEqual([
    true,
    ["create elsewhere", "create fed", "create here", "create idle", "create long", "create plain"],
  ]);
  expect(engine.outputs()).toEqual({
    plain: ["out\n", "err"],
    fed: ["one\ntwo", ""],
    idle: ["", ""],
    long: ["x".repeat(60_000), ""],
    here: [`/bin/sh hello\n${realpathSync(engine.folder)}`, ""],
    elsewhere: ["hello /", ""],
  });
  expect(engine.state().plain?.id).toMatch(/^plain[0-9a-f]{8}$/);
});

test("no change: nothing runs; a program without them: their delete runs", async () => {
  expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
  expect((await engine.run("up", "")).steps.toSorted()).toEqual([
    "delete elsewhere",
    "delete fed",
    "delete here",
    "delete idle",
    "delete long",
    "delete plain",
  ]);
});

/** One resource for each way to change; each notes what of it runs. */
const changing = (version: number) => `
  const version = ${version};
  const note = (name, text) => \`echo "\${name}: \${text}" >> \${record}\`;
  const all = (name) => ({ create: note(name, "create " + version), delete: note(name, "delete " + version) });
  new local.Command("recreated", all("recreated"));
  new local.Command("updated", {
    ...all("updated"), create: "echo made", update: note("updated", "update " + version + ", before: $PULUMI_COMMAND_STDOUT"),
  });
  new local.Command("surrounded", {
    ...all("surrounded"), environment: { VERSION: "" + version }, create: note("surrounded", "create"),
  });
  new local.Command("replaced", { ...all("replaced"), triggers: [version] });
  new local.Command("deleted-first", { ...all("deleted-first"), triggers: ["same", version] }, { deleteBeforeReplace: true });
  new local.Command("ignoring", all("ignoring"), { ignoreChanges: ["create", "delete"] });
  new local.Command("triggered", { create: note("triggered", "create " + version), triggers: version === 1 ? undefined : [1] });`;

test("change: create runs again unless there is an update, triggers replace, ignored changes do nothing", async () => {
  expect((await engine.run("up", changing(1))).ok).toBe(true);
  const preview = await engine.run("preview", changing(2));
  const { ok, steps } = await engine.run("up");
  expect(ok).toBe(true);
  const previewed = [
    "create-replacement deleted-first",
    "create-replacement replaced",
    "create-replacement triggered",
    "delete-replaced deleted-first",
    "delete-replaced replaced",
    "delete-replaced triggered",
    "replace deleted-first",
    "replace replaced",
    "replace triggered",
    "update recreated",
    "update surrounded",
    "update updated",
  ];
  expect(preview.steps.toSorted()).toEqual(previewed);
  expect(steps.toSorted()).toEqual(previewed);
  expect(noted("recreated")).toEqual(["create 1", "create 2"]);
  expect(noted("updated")).toEqual(["update 2, before: made"]);
  expect(noted("surrounded")).toEqual(["create", "create"]);
  expect(noted("replaced")).toEqual(["create 1", "create 2", "delete 1"]);
  expect(noted("deleted-first")).toEqual(["create 1", "delete 1", "create 2"]);
  expect(noted("ignoring")).toEqual(["create 1"]);
});

test("destroy runs the delete of the last successful run, with its input and environment", async () => {
  const { ok, steps } = await engine.run("destroy");
  expect([ok, steps.length]).toEqual([true, 7]);
  expect(noted("recreated").pop()).toBe("delete 2");
  expect(noted("ignoring").pop()).toBe("delete 1");
  const told = 'cat - >> record; echo " $WORD" >> record';
  const telling = (word: string) =>
    `new local.Command("telling", { create: "true", delete: ${JSON.stringify(told)}, stdin: "telling: ${word}", environment: { WORD: "${word}" } });`;
  await engine.run("up", telling("before"));
  await engine.run("up", telling("now"));
  expect((await engine.run("destroy")).ok).toBe(true);
  expect(noted("telling")).toEqual(["now now"]);
});

test("a failed create leaves its effects and no resource; a failed update the old inputs; a failed delete the resource", async () => {
  const kept = (update: string, remove: string) =>
    `const kept = new local.Command("kept", { create: "true", update: "${update}", delete: "${remove}" });`;
  const created = await engine.run(
    "up",
    `${kept("exit 4", "exit 5")}
     new local.Command("lost", { create: "echo 'lost: made' >> " + record + "; echo half; sleep 0.2; echo why >&2; exit 3" }, { dependsOn: kept });
     new local.Command("lost-here", { create: "echo here; kill -TERM $$" }, { dependsOn: kept });`,
    ["--continue-on-error"],
  );
  expect([created.ok, Object.keys(engine.state()), noted("lost")]).toEqual([false, ["kept"], ["made"]]);
  expect(created.errors.lost).toEqual([
    `exit status 3: running "echo 'lost: made' >> ${engine.folder}/record; echo half; sleep 0.2; echo why >&2; exit 3":\nhalf\nwhy`,
  ]);
  expect(created.errors["lost-here"]).toEqual([
    'signal: terminated: running "echo here; kill -TERM $$":\nhere',
  ]);

  const updated = await engine.run("up", kept("exit 6", "exit 5"));
  expect([updated.ok, updated.errors.kept]).toEqual([false, ['exit status 6: running "exit 6":']]);
  expect(engine.state().kept?.inputs.update).toBe("exit 4");

  const destroyed = await engine.run("destroy");
  expect([destroyed.ok, destroyed.errors.kept, Object.keys(engine.state())]).toEqual([
    false,
    ['exit status 5: running "exit 5":'],
    ["kept"],
  ]);
  await engine.run("up", kept("true", "true"));
  expect(await engine.run("destroy")).toMatchObject({ ok: true, steps: ["delete kept"] });
});

test("unknown inputs: previewed as such; a changed output unsettles those who read it", async () => {
  const chain = (create: string) => `
    const first = new local.Command("first", { create: "${create}" });
    const second = new local.Command("second", { create: "cat", stdin: first.stdout });
    new local.Command("third", { create: "true", triggers: [first.stdout] });
    exports.second = second.stdout;`;
  const preview = await engine.run("preview", chain("echo 42"));
  expect([preview.ok, preview.steps.toSorted()]).toEqual([
    true,
    ["create first", "create second", "create third"],
  ]);
  await engine.run("up");
  expect(engine.outputs()).toEqual({ second: "42" });

  const changed = await engine.run("preview", chain("echo 43"));
  expect(changed.steps).toContain("update second");
  expect(changed.steps).toContain("replace third");
  await engine.run("up");
  expect(engine.outputs()).toEqual({ second: "43" });
});

test("secrets: inputs are encrypted; output is clear unless asked for", async () => {
  const { ok, text } = await engine.run(
    "up",
    `const stdin = pulumi.secret("hunter" + 2);
     new local.Command("silent", { create: "cat > /dev/null", stdin, addPreviousOutputInEnv: false });
     new local.Command("told", { create: "rev", stdin, logging: "none" });
     new local.Command("hidden", { create: "rev | rev", stdin, logging: "none" }, { additionalSecretOutputs: ["stdout"] });`,
  );
  expect(ok).toBe(true);
  expect(text).not.toContain("hunter2");
  expect(engine.stateFile()).not.toContain("hunter2");
  expect(engine.state().told?.outputs.stdout).toBe("2retnuh");
  expect(engine.state().hidden?.outputs.stdout).toHaveProperty("ciphertext");
  expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
});

test("logging: what is printed is shown while it runs, by stream as asked", async () => {
  const { shown } = await engine.run(
    "up",
    `for (const logging of [undefined, "stdout", "stderr", "none"])
       new local.Command("log-" + logging, { create: "echo out; sleep 0.1; echo err >&2", logging });`,
  );
  expect([shown["log-undefined"], shown["log-stdout"], shown["log-stderr"], shown["log-none"]]).toEqual([
    ["out", "err"],
    ["out"],
    ["err"],
    undefined,
  ]);
});

test("Ctrl-C ends a local command and the run", async () => {
  const running = engine.run("up", `new local.Command("slow", { create: "echo ready; sleep 86399; true" });`);
  await expect.poll(() => engine.processes("sleep 86399"), { timeout: 60_000 }).toBe(1);
  engine.interrupt();
  expect((await running).ok).toBe(false);
  await expect.poll(() => engine.processes("sleep 86399"), { timeout: 60_000 }).toBe(0);
});

test("a command ends when its pipes are closed, not when it ends", async () => {
  const { ok } = await engine.run(
    "up",
    `new local.Command("forgetful", { create: "(sleep 1; echo 'forgetful: late' >> record) & exit 0" });`,
  );
  expect([ok, noted("forgetful")]).toEqual([true, ["late"]]);
});

differs("a line over 64 KiB hangs a command that logs", "it reads on", async () => {
  const running = engine.run(
    "up",
    `new local.Command("long", { create: "head -c 70000 /dev/zero | tr '\\\\0' x" }, { customTimeouts: { create: "5s" } });`,
  );
  expect((await running).ok).toBe(false);
});

differs("local.Command hands over files", "it has no assetPaths and archivePaths", async () => {
  await engine.run(
    "up",
    `new local.Command("files", { create: "echo text > made.txt", assetPaths: ["made.txt"] });`,
  );
  expect(engine.state().files?.outputs.assets).toHaveProperty(["made.txt"]);
});
