import type { PolicyConfigSchema } from "@pulumi/policy";
import { heldRam, sum } from "./held-memory";
import type { NodeOfStack, Terms } from "./rule";
import { tooMuch } from "./show-holdings";

/** @param floor share of RAM that must stay free whatever the cluster file says */
export const headroomSchema = (floor: number): PolicyConfigSchema => ({
  properties: {
    floor: {
      type: "number",
      minimum: 0,
      maximum: 0.9,
      default: floor,
      description: "Share of RAM to leave free even where the cluster file's memory_headroom says less",
    },
  },
});

/** How a node leaves less of its RAM free than it should; the system's own share lies inside. */
export function missingHeadroom(stack: NodeOfStack, of: "require" | "advise", terms: Terms): string[] {
  const { node } = stack;
  const [written, floor] = [node.in("memoryHeadroom").number(of), terms.parameters.floor ?? 0];
  const share = Math.max(written, floor);
  const [ram, holdings] = [node.number("ramBytes"), heldRam(stack)];
  const limit = Math.round((1 - share) * ram);
  if (sum(holdings) <= limit) return [];
  const source = floor > written ? `whatever memory_headroom.${of} says` : `memory_headroom.${of}`;
  const pool = `${ram / 1e9} GB of ${node.flag("unifiedMemory") ? "unified memory" : "RAM"}`;
  const reason = `${Math.round(share * 1000) / 10} % ${of === "require" ? "must" : "should"} stay free (${source})`;
  return [tooMuch({ node: node.text("name"), pool, field: "ram_gb" }, { bytes: limit, reason }, holdings)];
}
