/** What is made of an answer that is none. Answers that are, come from real nodes in test/integration. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { askNode } from "../../../ops/node/ask-node";

const folder = mkdtempSync(join(tmpdir(), "berth-test-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("text of the login's own, or half an answer, is a problem and no crash", async () => {
  // In the place of OpenSSH's client: it says what a login does whose .bashrc greets.
  writeFileSync(join(folder, "ssh"), "#!/bin/sh\ncat >/dev/null\necho 'Welcome to rpi1!'\n");
  chmodSync(join(folder, "ssh"), 0o700);
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  vi.stubEnv("XDG_RUNTIME_DIR", folder);
  const access = { host: "192.0.2.1", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA" };
  const { problem } = (await askNode({ node: "rpi1", stack: "hive", access, gone: "" }, "status", {})) as {
    problem: string;
  };
  expect(problem).toBe(
    `berth: AnswerUnreadable: rpi1: either there is no room here in ${folder}, or a file like .bashrc prints something at each login there; mend that, then run this again`,
  );
});
