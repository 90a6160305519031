/** `./berth preview`, `up` and `destroy`: Pulumi's words and exit status, and what becomes of Ctrl-C. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const onRpi1 = { placement: { a: "rpi1" } };

test("a stack is previewed under the policies, started and destroyed; arguments after -- are Pulumi's", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  const preview = await bed.berth("preview", "--", "--show-config");
  expect(preview.status, preview.output).toBe(0);
  expect(preview.output).toContain("✅ berth@v0.1.0 (local: policies)");
  expect(preview.output).toContain("berth:scenario: ");
  const up = await bed.berth("up", "--yes");
  expect(up.status, up.output).toBe(0);
  expect(up.output.match(/✅ berth@v0.1.0 \(local: policies\)/g)).toHaveLength(2);
  const again = await bed.berth("preview", "--json");
  const events = again.output.trim().split("\n");
  const summary = events.map((line) => JSON.parse(line).summaryEvent).find((event) => event !== undefined);
  expect(summary.resourceChanges).toEqual({ read: 1, same: 8 });
  const destroy = await bed.berth("destroy", "--yes");
  expect(destroy.status, destroy.output).toBe(0);
  expect(bed.left()).toEqual(nothing);
  expect(await bed.workspace.run(["./berth", "destroy", "hive-clustr", "--yes"])).toEqual({
    status: 2,
    output: 'berth: no stack "hive-clustr", did you mean "hive-cluster"?\n',
  });
  expect(await bed.workspace.run(["./berth", "connect", "cognition"])).toEqual({
    status: 2,
    output:
      "berth: nothing is known of cognition in the back end; start it with  ./berth up cognition, or log in where it was started\n",
  });
});

test("a lock of another machine is named and kept, and Pulumi has the last word", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  const lock = { pid: 1, username: "ana", hostname: "elsewhere", timestamp: "2026-01-01T12:00:00Z" };
  const file = bed.lock("8f0c", JSON.stringify(lock));
  const { status, output } = await bed.berth("up", "--yes", "--", "--skip-preview");
  expect(status).not.toBe(0);
  expect(output).toContain(
    "berth: pulumi process 1 of ana@elsewhere has held this stack since 2026-01-01T12:00:00Z",
  );
  expect(output).toContain("the stack is currently locked by 1 lock(s)");
  expect(readFileSync(file, "utf8")).toBe(JSON.stringify(lock));
});

test("Ctrl-C reaches Pulumi once: it ends in order, and so do we", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a", "b", "c"], {}, {}) });
  const { stack, configFile, env } = bed.workspace;
  const args = [
    "up",
    stack,
    "--config-file",
    configFile,
    "--yes",
    "--",
    "--skip-preview",
    "--color",
    "never",
  ];
  const berth = spawn("./berth", args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  const take = (chunk: Buffer) => {
    if (!printed.includes("-preflight creating") && (printed + chunk).includes("-preflight creating"))
      berth.kill("SIGINT");
    printed += chunk;
  };
  berth.stdout.on("data", take);
  berth.stderr.on("data", take);
  const code = await new Promise((resolve) => berth.on("close", resolve));
  expect(code, printed).not.toBe(0);
  expect(printed.match(/\^C received/g)).toHaveLength(1);
  expect(enginesOf(configFile)).toEqual([]);
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

/** Command lines of this machine that name the file. */
function enginesOf(configFile: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8")
          .split("\0")
          .join(" ");
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(configFile));
}
