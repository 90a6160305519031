import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";

test.each(["language-host", "command-provider", "kubernetes-provider"])(
  "%s ends with an engine that is killed",
  async (name) => {
    const engine = spawn("sh", ["-c", `node tools/standins/${name}/main.cjs 127.0.0.1:1 & echo $!; wait`]);
    let printed = "";
    engine.stdout.on("data", (chunk) => {
      printed += chunk;
    });
    await expect.poll(() => printed, { timeout: 30_000 }).toMatch(/^\d+\n\d+\n$/); // its process, then its port
    const running = `/proc/${printed.split("\n")[0]}/exe`;
    expect(existsSync(running)).toBe(true);
    engine.kill("SIGKILL");
    await once(engine, "exit");
    await expect.poll(() => existsSync(running), { timeout: 30_000 }).toBe(false);
  },
);
