/** What is typed and what is answered, for machines that nobody ever reaches. Machines that do answer are in test/integration. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { dump } from "js-yaml";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

// Whole processes, of which a busy machine makes seconds each.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-test-"));
  const key = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const machine = {
    type: "host",
    ram_gb: 8,
    max_instances: 1,
    host: "127.0.0.1",
    ssh_port: 1,
    ssh_user: "me",
    ssh_key_path: key,
  };
  const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
  const nodes = [{ name: "rpi1", ...machine, host_key: hostKey }];
  writeFileSync(join(folder, "cluster.yaml"), dump({ cluster: { name: "home" }, nodes }));
  const config = {
    "berth:cluster": join(folder, "cluster.yaml"),
    "berth:scenario": "stacks/scenarios/hive-cluster.yaml",
    "berth:gone": join(folder, "gone"),
  };
  writeFileSync(join(folder, "stack.yaml"), dump({ config }));
});
afterEach(() => rmSync(folder, { recursive: true }));

function berth(...args: string[]) {
  const own = ["--config-file", join(folder, "stack.yaml")];
  const { status, stdout, stderr } = spawnSync("./berth", [...args, ...own], { encoding: "utf8" });
  return { status, stdout, stderr: stderr.replaceAll(relative(".", folder), "FOLDER") };
}
const given = () =>
  existsSync(join(folder, "gone", "home")) ? readdirSync(join(folder, "gone", "home")) : [];

test("a machine that does not answer is given up once, and taken back once", () => {
  expect(berth("gone", "rpi1", "hive-cluster")).toEqual({
    status: 0,
    stdout: `berth: CannotConnect: rpi1: ssh: connect to host 127.0.0.1 port 1: Connection refused; see whether it is switched on and connected; to go on without it:  ./berth gone rpi1 hive-cluster
rpi1 is given up: nothing is asked of it, nothing counts as free there. What ran there may still run, under a watch until its lease is over.
Next: pulumi up gives its instances another place, pulumi destroy does without it. Once it answers again:  ./berth back rpi1 hive-cluster
`,
    stderr: "",
  });
  expect(given()).toEqual(["rpi1"]);
  expect(JSON.parse(berth("gone", "rpi1", "hive-cluster", "--json").stdout)).toEqual({
    node: "rpi1",
    gone: true,
    before: true,
    folder: relative(".", join(folder, "gone", "home", "rpi1")),
    kept: [],
  });
  expect(JSON.parse(berth("back", "rpi1", "hive-cluster", "--json").stdout)).toEqual({
    node: "rpi1",
    back: true,
    was: true,
    done: [],
    left: [],
  });
  expect(given()).toEqual([]);
  expect(berth("back", "rpi1", "hive-cluster").stdout).toBe("rpi1 was not given up\n");
});
test("a machine that nobody knows is a mistake, unless it was there once", () => {
  expect(berth("gone", "rpi2", "hive-cluster")).toEqual({
    status: 2,
    stdout: "",
    stderr: `berth: no node "rpi2" in FOLDER/cluster.yaml, did you mean "rpi1"?; to give up one that was there once, add --force\n`,
  });
  expect(berth("gone", "rpi2", "hive-cluster", "--force").status).toBe(0);
  expect(given()).toEqual(["rpi2"]);
  expect(berth("back", "rpi2", "hive-cluster").stdout).toBe(
    "rpi2 is back. For the next preview:  ./berth health STACK\n",
  );
});
test.each(["gone", "back", "drain", "undrain"])(
  "%s of a name that no stack has tells what was meant",
  (verb) => {
    const { status, stderr } = spawnSync("./berth", [verb, "jetsn"], { encoding: "utf8" });
    expect([status, stderr]).toEqual([
      2,
      'berth: no node "jetsn" in any stack of stacks/, did you mean "jetson"?; of another cluster, name the file with --cluster\n',
    ]);
  },
);

test("what cannot be a node's name is none, for it would be a folder anywhere", () => {
  expect(berth("gone", "../../evil", "hive-cluster", "--force")).toEqual({
    status: 2,
    stdout: "",
    stderr: 'berth: no node can be called "../../evil"\n',
  });
  expect(existsSync(join(folder, "evil"))).toBe(false);
});

test("what is not Berth's keeps a machine from coming back, and is named", () => {
  berth("gone", "rpi1", "hive-cluster");
  writeFileSync(join(folder, "gone", "home", "rpi1", "note.txt"), "");
  const { status, stderr } = berth("back", "rpi1", "hive-cluster");
  expect([status, stderr.split("\n")[0]]).toEqual([
    1,
    "berth: in FOLDER/gone/home/rpi1 is something that is not Berth's; remove it, then type the same again",
  ]);
});
test("a stack and a cluster file are not both named", () => {
  expect(berth("gone", "rpi1", "hive-cluster", "--cluster", "x.yaml")).toEqual({
    status: 2,
    stdout: "",
    stderr: "berth: name a stack or --cluster, not both\n",
  });
});
