/** What Berth refuses, in which words, and that nothing was started and nothing stays when it did. */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";

let bed: TestBed;
afterEach(() => bed.close());

const onRpi1 = { placement: { a: "rpi1" } };

test("a node that is less than it claims is refused before anything starts anywhere", async () => {
  bed = await TestBed.open({
    scenario: sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } }),
    declare: ({ name, ramBytes }) => ({
      ram_bytes: name === "rpi1" ? ramBytes / 2 : ramBytes,
      arch: name === "rpi1" ? "amd64" : "arm64",
    }),
  });
  const { status, output } = await bed.up();
  expect(status).not.toBe(0);
  expect(output).toMatch(/berth: RamLessThanDeclared: .*rpi1/);
  expect(output).toMatch(/berth: ArchDiffers: .*rpi1/);
  expect(bed.left().processes).toEqual([]);
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("a node whose host key is not the pinned one is refused within seconds", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  bed.reconnect("rpi1", {
    host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl",
  });
  const { status, output } = await bed.up();
  expect(status).not.toBe(0);
  expect(output).toMatch(/host key|Host denied/i);
  expect(bed.left()).toEqual(nothing);
});

test("what does not fit fails in the preview, with every node's reason, and starts nothing", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a", "b"], {}, { ram_gb: 50 }) });
  const { status, output } = await bed.pulumi("preview");
  expect(status).not.toBe(0);
  expect(output).toContain("nothing is started: not every instance has a place");
  expect(output).toContain("b");
  expect(output).not.toContain("    at ");
  expect((await bed.up()).status).not.toBe(0);
  expect(bed.connections()).toBe(0);
});

test("a mistyped key of the stack's is shown with what was meant; those of others are free", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  await bed.configure("other:purg", "true");
  expect((await bed.pulumi("preview")).status).toBe(0);
  await bed.configure("berth:purg", "true");
  const { status, output } = await bed.pulumi("preview");
  expect(status).not.toBe(0);
  expect(output).toContain(
    'stack hive-cluster  config["berth:purg"]: unknown key, did you mean "berth:purge"?',
  );
  expect(output).not.toContain("    at ");
  expect(bed.connections()).toBe(0);
});

test("mistakes in the files are shown all at once, without a stack, and nothing is started", async () => {
  bed = await TestBed.open({
    scenario: { name: "x", instances: [{ instance_id: "a", ram_gb: "much", gpu_count: 1 }] },
  });
  const { status, output } = await bed.pulumi("preview");
  expect(status).not.toBe(0);
  expect(output).toContain(`scenario.yaml:4:13  instances[0].ram_gb: expected`);
  expect(output).toContain(`instances[0].gpu_count: unknown key`);
  expect(output).not.toContain("    at ");
  expect(bed.connections()).toBe(0);
});

test("another stack's memory on a node is not given away, whoever asks", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1, { ram_gb: 6 }) });
  expect((await bed.up()).status).toBe(0);
  const other = await TestBed.open({
    stack: "panopticon",
    scenario: sleepers(["z"], { placement: { z: "rpi1" } }, { ram_gb: 6 }),
  });
  try {
    copyFileSync(bed.lab.connections, other.lab.connections);
    const { status, output } = await other.up();
    expect(status).not.toBe(0);
    expect(output).toMatch(/berth: (InstancesExceeded|MemoryExceeded): .*hive-cluster\/a/);
    expect((await other.destroy()).status).toBe(0);
    expect(bed.left().processes.filter((line) => line.includes("import time")).length).toBe(1);
  } finally {
    await other.close();
  }
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("a stack of the same name with another state is not the owner", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  expect((await bed.up()).status).toBe(0);
  const stranger = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  try {
    copyFileSync(bed.lab.connections, stranger.lab.connections);
    const { status, output } = await stranger.up();
    expect(status).not.toBe(0);
    expect(output).toMatch(/berth: OwnerMismatch: /);
    expect((await stranger.destroy()).status).toBe(0);
    expect(bed.left().processes.filter((line) => line.includes("import time")).length).toBe(1);
  } finally {
    await stranger.close();
  }
  expect((await bed.destroy()).status).toBe(0);
});

test("an instance that ends at once fails the update with its last words, and destroy leaves nothing", async () => {
  const command = ["python3", "-c", "print('no such model'); raise SystemExit(3)"];
  bed = await TestBed.open({ scenario: sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } }) });
  const broken = sleepers(["a", "b"], { placement: { a: "rpi1", b: "rpi2" } });
  Object.assign(broken.instances[0]!, { command });
  bed.write(broken);
  const { status, output } = await bed.up();
  expect(status).not.toBe(0);
  expect(output).toMatch(/berth: EarlyExit: .*/);
  expect(output).toContain("no such model");
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual(nothing);
});

test("results stay after destroy when nobody asked to purge them", async () => {
  bed = await TestBed.open({ scenario: sleepers(["a"], onRpi1) });
  await bed.configure("berth:purge", "false");
  expect((await bed.up()).status).toBe(0);
  expect((await bed.destroy()).status).toBe(0);
  expect(bed.left()).toEqual({
    ...nothing,
    files: [join(bed.workDir("rpi1"), "logs", "hive-cluster", "a.log")],
  });
  expect(existsSync(join(bed.workDir("rpi1"), ".berth"))).toBe(false);
});
