import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hierarchies } from "./cgroup";

/** What an isolated lab needs, and the check that says whether it is there. */
const requirements: readonly { readonly name: string; readonly isThere: () => boolean }[] = [
  { name: "Linux", isThere: () => process.platform === "linux" },
  { name: "the rights of root", isThere: () => process.getuid?.() === 0 },
  ...["ip", "nft", "unshare", "nsenter", "mkfs.ext4", "sshd"].map((program) => ({
    name: `the program ${program}`,
    isThere: () => hasProgram(program),
  })),
  {
    name: `a memory hierarchy of cgroup v1 at ${hierarchies.memory}`,
    isThere: () => existsSync(join(hierarchies.memory, "memory.limit_in_bytes")),
  },
  {
    name: "network namespaces with bridges and cables (veth)",
    isThere: () => succeeds(["unshare", "--net", "sh", "-ec", cables]),
  },
  {
    name: "nftables for bridges (nft_numgen)",
    isThere: () => succeeds(["unshare", "--net", "sh", "-ec", losses]),
  },
  {
    name: "namespaces for processes, mounts, names and cgroups, with overlayfs",
    isThere: () =>
      succeeds(["unshare", "--uts", "--ipc", "--pid", "--mount", "--cgroup", "--fork", "sh", "-ec", overlay]),
  },
  { name: "loop devices", isThere: () => existsSync("/dev/loop-control") },
];
const systemdRequirements: typeof requirements = [
  { name: "the program /lib/systemd/systemd", isThere: () => existsSync("/lib/systemd/systemd") },
  {
    name: `systemd's hierarchy of cgroup v1 at ${hierarchies.systemd}`,
    isThere: () => existsSync(hierarchies.systemd),
  },
];

const cables = "ip link add name one type veth peer name two; ip link add name three type bridge";
const losses =
  "nft add table bridge t; nft add chain bridge t f '{ type filter hook forward priority 0; }'; nft add rule bridge t f oifname one numgen random mod 100 '<' 20 drop";
const overlay =
  "mount -t tmpfs tmpfs /mnt; mkdir /mnt/u /mnt/w /mnt/r; mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w /mnt/r";

/** What an isolated lab lacks on this computer; asked by trying, in namespaces that end at once. Empty: nothing. */
export function missingForIsolatedLab({ systemd = false } = {}): string[] {
  const missing: string[] = [];
  for (const { name, isThere } of [...requirements, ...(systemd ? systemdRequirements : [])]) {
    // Who is not root cannot try anything else.
    if (missing.length > 0 && process.getuid?.() !== 0) break;
    if (!isThere()) missing.push(name);
  }
  return missing;
}

const succeeds = ([program, ...args]: string[]) =>
  spawnSync(program!, args, { stdio: "ignore" }).status === 0;
const hasProgram = (name: string) =>
  [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin"].some((folder) =>
    existsSync(join(folder, name)),
  );
