/**
 * The node's program on a machine whose first process is systemd: a whole stack, and the program's own tests, run on that machine.
 * Not shown: a login's own systemd, which needs memory cgroups of version 2.
 */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { enter } from "../../lab/isolated/machine";
import { pythonPath } from "../../tools/environment.mjs";
import { describeIsolated } from "../support/isolated-test";
import { ran } from "../support/ran";
import { machines, nothing, sleepers, TestBed } from "../support/test-bed";

describeIsolated("a node with systemd", () => {
  let bed: TestBed;
  beforeAll(async () => {
    const scenario = sleepers(["a"], {}, { ram_gb: 0.5, network: "isolated" });
    const cluster = machines(["box"], {}, { ram_gb: 4 });
    bed = await TestBed.open({ cluster, scenario, isolated: { systemd: ["box"], diskMegabytes: 512 } });
  });
  afterAll(() => bed.close());
  const box = () => bed.lab.isolated![0]!;
  const there = (program: string) => enter(box(), ["sh", "-ec", program]).trim();
  const units = () => there("systemctl list-units --all --plain --no-legend 'berth-*' | cut -d ' ' -f 1");

  test("a stack's instances are units, and destroy leaves none", async () => {
    await ran(bed.up());
    expect(units()).toMatch(/^berth-[0-9a-f]{10}-hive-cluster-a\.service$/);
    const { instances } = JSON.parse(await ran(bed.berth("status", "--json")));
    expect(instances).toMatchObject([{ id: "a", state: "running", limit_by: "systemd" }]);
    await ran(bed.destroy());
    expect([units(), bed.left()]).toEqual(["", nothing]);
  });

  test("the supervisor keeps its promises there, too", () => {
    // Below the node's home, on the same disk, lies its /tmp.
    const itsTmp = join(bed.lab.nodes[0]!.files, "..", "..", "tmp");
    cpSync("workloads", join(itsTmp, "workloads"), { recursive: true });
    // The node's own files hide this computer's below /root and /tmp, where Python and its modules may lie.
    const outside = "mkdir /mnt/outside; mount --bind / /mnt/outside; mount --bind /mnt/outside/root /root";
    const suites = ["units", "memory", "ending", "isolation"].map(
      (name) => `tests/supervisor/test_${name}.py`,
    );
    // A lab's node cannot forbid network namespaces: its /proc/sys is read-only.
    const options = "-p no:cacheprovider --tb=short -k 'not kernel_refuses'";
    const pytest = `${pythonPath()} -B -m pytest ${options} ${suites.join(" ")} 2>&1`;
    expect(there(`${outside}; cd /tmp/workloads; ${pytest} || :`)).toMatch(
      /\n\d+ passed, 1 deselected in [^\n]+$/,
    );
  }, 600_000);
});
