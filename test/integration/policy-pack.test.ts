/** The pack as a process: what becomes of a run when it dies, cannot start or is interrupted, and from which folders it runs. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkout } from "../../tools/environment.mjs";
import { Engine } from "../conformance/engine";

let engine: Engine;
let pack: string;
beforeEach(() => {
  engine = new Engine();
  pack = join(checkout, "policies");
});
afterEach(() => engine.remove());

/** Runs a program with the pack. */
function run(verb: "preview" | "up", program: string) {
  const starter = [{ name: "policy-berth", path: pack }];
  engine.write(
    "Pulumi.yaml",
    `${engine.read("Pulumi.yaml")}plugins: ${JSON.stringify({ analyzers: starter })}\n`,
  );
  return engine.run(verb, program, ["--policy-pack", pack]);
}

/** Processes of the pack with the environment of this test's engine. */
function packs(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const isPack = readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("pulumi-analyzer-policy-berth");
        return isPack && readFileSync(`/proc/${pid}/environ`, "utf8").includes(engine.folder);
      } catch {
        return false;
      }
    });
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(50);
}

const slow = `new local.Command("first", { create: "touch started; while [ ! -e go ]; do sleep 0.05; done" });`;

test("an update whose pack is killed in the middle fails, and what comes after is not made", async () => {
  const running = run(
    "up",
    `const first = ${slow}
     new local.Command("second", { create: "touch second" }, { dependsOn: first });`,
  );
  await until(() => existsSync(join(engine.folder, "started")));
  const [pid, ...more] = packs();
  expect([pid, ...more]).toHaveLength(1);
  process.kill(pid!, "SIGKILL");
  await until(() => packs().length === 0);
  engine.write("go", "");
  const { ok, text } = await running;
  expect(ok, text).toBe(false);
  expect(existsSync(join(engine.folder, "second"))).toBe(false);
});

test("Ctrl-C leaves no process of the pack", async () => {
  const running = run("up", slow);
  await until(() => existsSync(join(engine.folder, "started")));
  expect(packs()).toHaveLength(1);
  engine.interrupt();
  engine.write("go", "");
  expect((await running).ok).toBe(false);
  await until(() => packs().length === 0);
});

test("a pack that cannot start ends the preview with an error", async () => {
  const broken = join(engine.folder, "broken");
  mkdirSync(broken);
  for (const name of ["PulumiPolicy.yaml", "pulumi-analyzer-policy-berth"])
    cpSync(join(checkout, "policies", name), join(broken, name));
  writeFileSync(join(broken, "index.ts"), `throw new Error("no pack today");\n`);
  pack = broken;
  const { ok, text } = await run("preview", "");
  expect(ok, text).toBe(false);
  expect(text).toContain("no pack today");
});

test("the pack runs from a folder with a space in its name", async () => {
  const folder = join(engine.folder, "my check out");
  mkdirSync(folder);
  for (const name of ["node_modules", "package.json", "tsconfig.json", "components", "topology"])
    symlinkSync(join(checkout, name), join(folder, name));
  cpSync(join(checkout, "policies"), join(folder, "policies"), { recursive: true });
  pack = join(folder, "policies");
  const { ok, violations, text } = await run(
    "preview",
    `new local.Command("say", { create: "sshpass -f file ssh node" });`,
  );
  expect(ok, text).toBe(false);
  expect(violations).toEqual([
    "mandatory forbid-password-login say: create: logs in with a password or without a host key; log in with a key",
  ]);
});
