/**
 * What happens to a node of an isolated lab, seen from outside: over SSH, and in the kernel's own lists. Not shown: writes that a
 * real power cut would lose (the disk's cache is this computer's), cores and architecture (this computer's).
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, faults } from "../../lab/isolated/faults";
import { processesOf } from "../../lab/isolated/machine";
import { namesOf } from "../../lab/isolated/names";
import { type Lab, labDown, labUpIsolated, readLab } from "../../lab/lab";
import { describeIsolated } from "../support/isolated-test";

const folder = mkdtempSync(join(tmpdir(), "berth-isolated-"));
const [directory, cluster] = [join(folder, "lab"), join(folder, "cluster.yaml")];
writeFileSync(
  cluster,
  `cluster: { name: two, coordinator_host: localhost }
nodes:
  - { name: one, host: 192.0.2.1, ssh_user: pi, ram_gb: 0.25, max_instances: 2 }
  - { name: two, host: 192.0.2.2, ssh_user: pi, ram_gb: 0.5, max_instances: 2 }
`,
);

describeIsolated("isolated lab", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await labUpIsolated(directory, cluster, { systemd: ["two"], diskMegabytes: 64 });
  });
  afterAll(async () => {
    await labDown(directory);
    rmSync(folder, { recursive: true });
  });

  /** The arguments of `ssh` that reach a node. */
  function to(node: string): string[] {
    const { address } = lab.nodes.find(({ name }) => name === node)!;
    const sshd = join(directory, "nodes", node, "sshd");
    const options = [
      "BatchMode=yes",
      "ConnectTimeout=2",
      "ServerAliveInterval=1",
      "ServerAliveCountMax=2",
      "IdentitiesOnly=yes",
      `UserKnownHostsFile=${sshd}/known_hosts`,
      "StrictHostKeyChecking=yes",
    ];
    return [
      "-F",
      "none",
      "-i",
      `${sshd}/client_key`,
      ...options.flatMap((one) => ["-o", one]),
      `root@${address}`,
    ];
  }
  /** What a shell program printed on a node, without the last line break; its errors too, when it fails. */
  function on(node: string, program: string): string {
    const { stdout, stderr, status } = spawnSync("ssh", [...to(node), program], { encoding: "utf8" });
    return status === 0 ? stdout.trimEnd() : `${status}: ${stdout}${stderr}`.trimEnd();
  }
  const cause = (fault: Fault, node: string, percent = 0) =>
    faults[fault](lab.isolated!.find(({ name }) => name === node)!, percent);
  const bootId = () => on("one", "cat /proc/sys/kernel/random/boot_id");
  const address = (node: string) => lab.nodes.find(({ name }) => name === node)!.address;

  test("a node is a machine of its own", async () => {
    const facts =
      "hostname; cat /etc/hostname; pwd; ls; awk '/MemTotal|MemAvailable/{print $2}' /proc/meminfo; ls /tmp";
    expect(on("one", facts)).toBe(`one\none\n${userInfo().homedir}\nberth\n244140\n244140`);
    expect(on("two", "cat /proc/1/comm; hostname")).toBe("systemd\ntwo");
    // The server and this login; an earlier login's may take a moment to end.
    await expect
      .poll(() => on("one", "cat /proc/[0-9]*/comm | sort | uniq -c | sort -n | tail -1"), {
        timeout: 60_000,
      })
      .toMatch(/^ +2 sshd$/);
    expect(bootId()).not.toBe(on("two", "cat /proc/sys/kernel/random/boot_id"));
    expect(bootId()).not.toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
    expect(on("one", "echo mine >/etc/motd-of-mine; echo 1 >/proc/sys/vm/swappiness")).toContain(
      "Read-only file system",
    );
    expect(existsSync("/etc/motd-of-mine")).toBe(false);
    expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(directory);
  });

  test("what is written is seen from outside, and stays the node's own", () => {
    on("one", "echo hello >berth/file");
    expect(readFileSync(join(readLab(directory)!.nodes[0]!.files, "file"), "utf8")).toBe("hello\n");
    expect(on("two", "ls berth")).toBe("");
  });

  test("who takes more memory than the node has is killed, and nobody else", async () => {
    const take = (bytes: number) => `python3 -c 'print(len(bytearray(${bytes})))'; echo $?`;
    expect(on("one", `sleep 1000 >/dev/null 2>&1 & ${take(100_000_000)}`)).toBe("100000000\n0");
    expect(on("one", take(400_000_000))).toBe("137");
    expect(on("two", take(400_000_000))).toBe("400000000\n0");
    // The other is the machine's own.
    expect(on("one", "pgrep -c sleep")).toBe("2");
    on("one", "pkill sleep");
    await expect.poll(() => on("one", "pgrep -c sleep"), { timeout: 60_000 }).toBe("1");
  });

  test("systemd enforces the memory limit of a unit", () => {
    const run = "systemd-run --quiet --wait -p MemoryMax=50M -p MemorySwapMax=0 python3 -c";
    expect(on("two", `${run} 'bytearray(20_000_000)'`)).toBe("");
    expect(on("two", `${run} 'bytearray(100_000_000)'; echo $?`)).toBe("255");
    expect(on("two", "systemctl show -p Result --value 'run-*.service' --state=failed")).toBe("signal");
  });

  test("cut: nobody reaches the node, until it is healed", async () => {
    const fromPeer = `python3 -c 'import socket; socket.create_connection(("${address("one")}", 22), 2)' 2>&1 | tail -1`;
    expect(on("two", fromPeer)).toBe("");
    await cause("cut", "one");
    expect(on("one", "true")).toMatch(/^255: ssh: connect to host .* (timed out|No route to host)$/);
    expect(on("two", fromPeer)).toMatch(/timed out|No route to host/);
    await cause("cut", "one");
    await cause("heal", "one");
    // The kernel tells the switch in its own time that the cable carries again.
    await expect.poll(() => on("one", "echo here"), { timeout: 60_000 }).toBe("here");
    expect(on("two", fromPeer)).toBe("");
  });

  test("kill: every process is gone at once; reboot: another boot id, the same address, keys and disk", async () => {
    const before = bootId();
    on("one", "echo kept >kept; setsid sleep 1000 >/dev/null 2>&1 &");
    const machine = lab.isolated![0]!;
    const pids = processesOf(machine).map(({ pid }) => pid);
    expect(pids.length).toBeGreaterThan(3);
    await cause("kill", "one");
    await cause("kill", "one");
    expect(processesOf(machine)).toEqual([]);
    expect(pids.filter((pid) => existsSync(`/proc/${pid}/exe`))).toEqual([]);
    expect(readLab(directory)!.nodes.map(({ running }) => running)).toEqual([false, true]);
    expect(on("one", "true")).toMatch(/^255: /);
    await cause("reboot", "one");
    expect(on("one", "cat kept; pgrep -c sleep")).toBe("kept\n1");
    expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
    expect(bootId()).not.toBe(before);
    await cause("cut", "one");
    await cause("reboot", "one");
    expect(on("one", "true")).toMatch(/^255: /);
    await cause("heal", "one");
    expect(on("one", "cat kept")).toBe("kept");
  });

  test("reboot brings systemd back, too", async () => {
    await cause("reboot", "two");
    expect(on("two", "systemctl is-system-running --wait")).toBe("running");
  });

  test("fill-disk: nothing more can be written, until it is healed; the node even boots", async () => {
    const write = "head -c 10000 /dev/zero >full 2>&1; stat -c %s full";
    await cause("fill-disk", "one");
    expect(on("one", "head -c 10000 /dev/zero >full")).toContain("No space left on device");
    await cause("reboot", "one");
    expect(on("one", "head -c 10000 /dev/zero >full")).toContain("No space left on device");
    await cause("heal", "one");
    expect(on("one", write)).toBe("10000");
  });

  test("lossy: of the packets to the node that many are lost, until it is healed", async () => {
    expect(await received(1000)).toBe(1000);
    await cause("lossy", "one", 20);
    const count = await received(1000);
    // Six standard deviations on either side.
    expect(count).toBeGreaterThan(724);
    expect(count).toBeLessThan(876);
    await cause("heal", "one");
    expect(await received(1000)).toBe(1000);
    await expect(cause("lossy", "one", 100)).rejects.toThrow(
      "lossy: expected a whole number of percent from 1 to 99, got 100; cut loses all of them",
    );
  });

  /** How many of `count` datagrams a program on node one gets, told in a file: its cable may lose the answer. */
  async function received(count: number): Promise<number> {
    const file = join(readLab(directory)!.nodes[0]!.files, "received");
    const told = join(userInfo().homedir, "berth", "received");
    const listen = `import pathlib, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 9999)); n = 0
s.setsockopt(socket.SOL_SOCKET, 33, 4_000_000)  # SO_RCVBUFFORCE
open("${told}", "w").write("listening")
while s.recv(9) != b"end": n += 1
open("${told}.new", "w").write(str(n)); pathlib.Path("${told}.new").rename("${told}")`;
    const send = `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(${count}): s.sendto(b"x", ("${address("one")}", 9999)); time.sleep(0.0001)`;
    const machine = lab.isolated![0]!;
    const pid = processesOf(machine).find(({ inner }) => inner === 1)!.pid;
    const listener = spawn("nsenter", ["-t", `${pid}`, "-n", "-m", "-p", "/usr/bin/python3", "-c", listen]);
    const ended = new Promise((resolve) => listener.on("close", resolve));
    await expect
      .poll(() => existsSync(file) && readFileSync(file, "utf8"), { timeout: 60_000 })
      .toBe("listening");
    execFileSync("python3", ["-c", send]);
    await sleep(100);
    const stop = `import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"end", ("127.0.0.1", 9999))`;
    execFileSync("nsenter", ["-t", `${pid}`, "-n", "python3", "-c", stop]);
    await ended;
    const got = Number(readFileSync(file, "utf8"));
    rmSync(file);
    return got;
  }

  test("hang: connections are taken and not answered; healed, all goes on", async () => {
    const clock = spawn("ssh", [
      ...to("one").map((one) => one.replace("AliveCountMax=2", "AliveCountMax=60")),
      "cat",
    ]);
    const answer = new Promise((resolve) => clock.stdout.on("data", (data) => resolve(`${data}`)));
    // The login is complete: what it runs is there.
    await expect
      .poll(() => processesOf(lab.isolated![0]!).some(({ pid }) => nameOf(pid) === "cat"), {
        timeout: 60_000,
      })
      .toBe(true);
    await cause("hang", "one");
    expect(on("one", "true")).toMatch(/^255: Connection timed out during banner exchange/);
    clock.stdin.end("still here");
    await cause("heal", "one");
    expect(await answer).toBe("still here");
  });

  /** Of a process's program; empty when it has ended. */
  function nameOf(pid: number): string {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    } catch {
      return "";
    }
  }

  test("up again changes nothing, down leaves nothing, and twice is success", async () => {
    const before = [bootId(), on("one", "echo $PPID")];
    const [namespaces, processes] = inUse();
    await labUpIsolated(directory, cluster, { systemd: ["two"], diskMegabytes: 64 });
    expect(bootId()).toBe(before[0]);
    expect(remains(namespaces, processes).length).toBeGreaterThan(10);
    await labDown(directory);
    expect(remains(namespaces, processes)).toEqual([]);
    await labDown(directory);
    expect(existsSync(directory)).toBe(false);
  });

  test.each([
    "hub.log",
    "nodes/one/disk.img",
    "nodes/one/boot_id",
    "nodes/two/sshd/booted",
    "nodes/two/sshd/sshd.pid",
  ])(
    "up that is killed when %s appears: down leaves nothing, and so does another up and down",
    async (file) => {
      await killedUp(file);
      const [namespaces, processes] = inUse();
      await labDown(directory);
      expect(remains(namespaces, processes)).toEqual([]);

      await killedUp(file);
      lab = await labUpIsolated(directory, cluster, { systemd: ["two"], diskMegabytes: 64 });
      expect([on("one", "hostname"), on("two", "hostname")]).toEqual(["one", "two"]);
      const again = inUse();
      await labDown(directory);
      expect(remains(...again)).toEqual([]);
    },
  );

  /** `kill -9` for the command `lab up` at a certain point. */
  async function killedUp(file: string): Promise<void> {
    const options = ["--isolated", "--systemd", "two", "--disk-mb", "64", "--cluster", cluster];
    const up: ChildProcess = spawn(
      process.execPath,
      ["node_modules/tsx/dist/cli.mjs", "lab/main.ts", "--directory", folder, "up", ...options],
      { stdio: "ignore", detached: true },
    );
    const ended = new Promise((resolve) => up.on("exit", resolve));
    while (!existsSync(join(directory, file)) && up.exitCode === null) await sleep(1);
    process.kill(-up.pid!, "SIGKILL");
    await ended;
    expect(existsSync(join(directory, file))).toBe(true);
  }

  /** The namespaces and processes of the lab while it is up. */
  function inUse(): [Set<string>, Set<string>] {
    const { memoryGroup, systemdGroup } = namesOf(directory);
    const listed = [memoryGroup, systemdGroup].flatMap((group) =>
      existsSync(group)
        ? execFileSync("find", [group, "-name", "cgroup.procs", "-exec", "cat", "{}", "+"], {
            encoding: "utf8",
          })
            .split("\n")
            .filter(Boolean)
        : [],
    );
    const own = new Set(namespacesOf("self"));
    const namespaces = listed.flatMap(namespacesOf).filter((one) => !own.has(one));
    return [new Set(namespaces), new Set(listed)];
  }

  /** Everything in the kernel and on the file system that is the lab's. */
  function remains(namespaces: Set<string>, processes: Set<string>): string[] {
    const { memoryGroup, systemdGroup, cable } = namesOf(directory);
    const lines = (file: string) => readFileSync(file, "utf8").split("\n");
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && !hasEnded(name));
    const loops = readdirSync("/sys/block").map((name) => `/sys/block/${name}/loop/backing_file`);
    const cgroups = execFileSync("find", ["/sys/fs/cgroup", "-type", "d"], { encoding: "utf8" }).split("\n");
    return [
      ...[memoryGroup, systemdGroup, directory].filter((path) => existsSync(path)),
      ...readdirSync("/sys/class/net").filter((name) => name === cable),
      ...lines("/proc/self/mountinfo").filter((line) => line.includes(folder)),
      ...loops.filter((file) => existsSync(file) && readFileSync(file, "utf8").includes(folder)),
      ...cgroups.filter(
        (path) => path.startsWith("/sys/fs/cgroup/unified/") && path.includes("system.slice"),
      ),
      ...pids.filter((pid) => namespacesOf(pid).some((one) => namespaces.has(one))),
      ...pids.filter((pid) => processes.has(pid) && existsSync(`/proc/${pid}/exe`)),
    ];
  }

  /**
   * Whether a process will never run again: what is left is the kernel's, until its parent takes note of its end. The first process of
   * a pid namespace waits there until the parents of all others have, too.
   */
  function hasEnded(pid: string): boolean {
    try {
      // What follows the name, which may hold anything, begins with the state; see proc_pid_stat(5).
      const flags = Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ")[6]);
      const exiting = 4; // PF_EXITING; a zombie keeps it.
      return (flags & exiting) !== 0;
    } catch {
      return true;
    }
  }

  function namespacesOf(pid: string): string[] {
    return ["net", "mnt", "pid", "uts"].flatMap((kind) => {
      try {
        return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
      } catch {
        return []; // It ended meanwhile.
      }
    });
  }
});
