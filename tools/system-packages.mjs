import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";

/** What Berth needs of the system: a check, and the package that brings it under each package manager. */
const needs = [
  {
    name: "ssh",
    isThere: () => find("ssh") && find("ssh-keygen"),
    apt: "openssh-client",
    dnf: "openssh-clients",
  },
  { name: "sshd", isThere: () => find("sshd"), apt: "openssh-server", dnf: "openssh-server" },
  { name: "rsync", isThere: () => find("rsync"), apt: "rsync", dnf: "rsync", brew: "rsync" },
  { name: "python3", isThere: () => find("python3"), apt: "python3", dnf: "python3", brew: "python" },
  { name: "python3-venv", isThere: hasVenv, apt: "python3-venv", dnf: "python3", brew: "python" },
];
/** What an isolated lab needs beside that (`npm run lab -- up --isolated`, and the tests that cut and kill nodes). */
const isolatedLabNeeds = [
  { name: "ip", isThere: () => find("ip"), apt: "iproute2", dnf: "iproute" },
  { name: "nft", isThere: () => find("nft"), apt: "nftables", dnf: "nftables" },
  {
    name: "unshare",
    isThere: () => find("unshare") && find("nsenter"),
    apt: "util-linux",
    dnf: "util-linux",
  },
  { name: "mkfs.ext4", isThere: () => find("mkfs.ext4"), apt: "e2fsprogs", dnf: "e2fsprogs" },
];
/** What the tests of Ray clusters start beside a head. */
const rayTestNeeds = [
  {
    name: "redis-server",
    isThere: () => find("redis-server") && find("redis-cli"),
    apt: "redis-server",
    dnf: "redis",
    brew: "redis",
  },
];
/** What the tests of the page look at it with. */
const pageTestNeeds = [
  { name: "chromium", isThere: () => find("chromium"), apt: "chromium", dnf: "chromium" },
];
const managers = [
  { name: "apt", program: "apt-get", command: "apt-get install -y --no-install-recommends" },
  { name: "dnf", program: "dnf", command: "dnf install -y" },
  { name: "brew", program: "brew", command: "brew install", asUser: true },
];

export const systemPackages = part("system packages", needs);
export const isolatedLabPackages = part("isolated lab", isolatedLabNeeds);
export const rayTestPackages = part("Ray tests", rayTestNeeds);
export const pageTestPackages = part("page tests", pageTestNeeds);

function part(name, needs) {
  const missing = () => needs.filter(({ isThere }) => !isThere());
  return {
    name,
    state: () => (missing().length === 0 ? needs.map(({ name }) => name).join(", ") : undefined),
    install: (report) => installPackages(missing(), report),
  };
}

/**
 * Installs what is missing with apt where we are root; else throws with the exact command to type. Each entry names its
 * package per package manager, like `{ name: "go", apt: "golang-go" }`.
 */
export async function installPackages(wanted, report) {
  const names = wanted.map(({ name }) => name).join(", ");
  const manager = managers.find(({ program }) => find(program));
  if (!manager) throw new Error(`not found: ${names}. Install them with the package manager of this system.`);
  const packages = [...new Set(wanted.map((need) => need[manager.name] ?? need.name))];
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || manager.name !== "apt") {
    const sudo = isRoot || manager.asUser ? "" : "sudo ";
    throw new Error(
      `not found: ${names}. Type this, then run npm run setup again:\n  ${sudo}${manager.command} ${packages.join(" ")}`,
    );
  }
  const options = { report, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update", "-q"], options);
  const [program, ...args] = manager.command.split(" ");
  await run(program, [...args, ...packages], options);
}

/** Path of a program, also of those that only root has on its PATH; `undefined` when it is not there. */
export const find = (program) =>
  [...process.env.PATH.split(delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"]
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));

/** Debian's python3 comes without the part of `venv` that brings pip. */
function hasVenv() {
  return spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;
}
