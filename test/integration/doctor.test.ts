/** `./berth doctor` on real nodes, some of them broken. Kubernetes: test/kubernetes. */
import { chmodSync, copyFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

interface Check {
  readonly subject: string;
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly remedy?: string;
}

test("what is wrong with nodes, and that nothing is", { timeout: 900_000 }, async () => {
  const command = ["python3", "-c", "import time; time.sleep(1000)"];
  const more = { code: { local_path: "code" }, placement: { a: "rpi1", b: "rpi2" } };
  bed = await TestBed.open({ scenario: sleepers(["a", "b"], more, { command }) });
  bed.writeCode("main.py", "\n");
  const up = await bed.up();
  expect(up.status, up.output).toBe(0);
  const checks = async (status: number): Promise<Check[]> => {
    const ended = await bed.berth("doctor", "--json");
    expect(ended.status, ended.output).toBe(status);
    return JSON.parse(ended.output).checks;
  };
  const of = (all: Check[], subject: string) =>
    all.filter((one) => one.subject === subject).map(({ check, state }) => `${check} ${state}`);
  const failed = (all: Check[]) =>
    all
      .filter(({ state }) => state === "failed")
      .map(({ subject, check, found, remedy }) => [subject, check, found, remedy]);

  expect(of(await checks(0), "rpi1")).toEqual([
    "host key known ok",
    "key here ok",
    "reached ok",
    "key accepted ok",
    "python3 ok",
    "rsync ok",
    "disk ok",
    "work directory ok",
    "code ok",
    "clock ok",
    "processes ok",
    "ports skipped",
  ]);

  const code = join(bed.workDir("rpi1"), ".berth", "hive-cluster", "code");
  const [digest] = readdirSync(code).filter((name) => name !== "current");
  renameSync(join(code, digest!), join(bed.folder, "taken-away"));
  const { ssh_key_path: key } = bed.connection("jetson");
  const open = join(bed.folder, "open-key");
  copyFileSync(key, open);
  chmodSync(open, 0o644);
  bed.reconnect("jetson", { ssh_key_path: open });
  bed.reconnect("rpi2", { host_key: bed.connection("host").host_key });
  await bed.silence("host");
  const broken = await checks(1);
  expect(failed(broken)).toEqual([
    ["jetson", "key here", `ssh_key_path ${open} is readable by others`, `type  chmod 600 ${open}`],
    ["rpi1", "code", `there is none`, "copy it with  ./berth up hive-cluster"],
    [
      "rpi2",
      "host key as pinned",
      "HostKeyMismatch: rpi2 does not show its pinned host key, so it may be another machine",
      "if it was set up anew, correct its host_key or your known_hosts",
    ],
    [
      "host",
      "reached",
      expect.stringMatching(/^CannotConnect: host: /),
      "see whether it is switched on and connected",
    ],
  ]);
  await bed.awaken("host");
});
