import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

/**
 * The first three numbers of the lab's network, e.g. "198.19.3": the one its cable has, else a free one of 198.19.0.0/16, which is
 * set aside for tests between devices (RFC 2544) and so is nobody's real network. Throws when all 256 are taken.
 */
export function labNetwork(cable: string): string {
  const own = networkInterfaces()[cable]?.find(({ family }) => family === "IPv4")?.address;
  if (own) return own.split(".").slice(0, 3).join(".");
  return freeNetwork(cable, readFileSync("/proc/net/route", "utf8"));
}

/** A network of 198.19.0.0/16 that no route of `table` (the text of /proc/net/route) touches; which one is tried first depends on `seed`. */
export function freeNetwork(seed: string, table: string): string {
  const routes = table
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .map((fields) => ({ to: littleEndian(fields[1]!), mask: littleEndian(fields[7]!) }))
    // The default route is where everything else goes: it claims nothing.
    .filter(({ mask }) => mask !== 0);
  const first = [...seed].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 256, 7);
  for (let step = 0; step < 256; step++) {
    const third = (first + step) % 256;
    const network = ((198 << 24) | (19 << 16) | (third << 8)) >>> 0;
    const touches = ({ to, mask }: { to: number; mask: number }) =>
      ((to ^ network) & mask & 0xffffff00) === 0;
    if (!routes.some(touches)) return `198.19.${third}`;
  }
  throw new Error("no free network for the lab: routes of this computer take all of 198.19.0.0/16");
}

/** The kernel writes addresses as the bytes lie in memory. */
function littleEndian(hex: string): number {
  return Buffer.from(hex, "hex").readUInt32LE();
}
