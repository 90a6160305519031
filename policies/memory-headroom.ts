import { heldRam, sum } from "./held-memory";
import type { NodeOfStack } from "./rule";
import { tooMuch } from "./too-much";

/**
 * How a node leaves less of its RAM free than it should; the system's own share lies inside.
 * @param least share of RAM that must stay free whatever the cluster file says
 */
export function missingHeadroom(stack: NodeOfStack, of: "require" | "advise", least = 0): string[] {
  const { node } = stack;
  const written = node.in("memoryHeadroom").number(of);
  const share = Math.max(written, least);
  const [ram, holdings] = [node.number("ramBytes"), heldRam(stack)];
  const limit = Math.round((1 - share) * ram);
  if (sum(holdings) <= limit) return [];
  const source = least > written ? `whatever memory_headroom.${of} says` : `memory_headroom.${of}`;
  const pool = `${ram / 1e9} GB of ${node.flag("unifiedMemory") ? "unified memory" : "RAM"}`;
  const verb = of === "require" ? "must" : "should";
  const reason = `${Math.round(share * 1000) / 10} % ${verb} stay free (${source})`;
  return [tooMuch({ node: node.text("name"), pool, field: "ram_gb" }, { bytes: limit, reason }, holdings)];
}
