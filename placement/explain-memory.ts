import { showGb } from "../topology/units";
import type { NodeLoad, Plan } from "./plan";
import { width, wrap } from "./table";

const barWidth = 32;
const widestName = 20;

/** Each node once everything is placed: its memory as a bar, its slots, and who is there. */
export function memorySection({ nodes, placements }: Plan): string[] {
  const nameWidth = Math.min(widestName, Math.max(...nodes.map(({ node }) => node.length)));
  const usageWidth = Math.max(...nodes.map((node) => usageOf(node).length));
  const slotsWidth = Math.max(...nodes.map((node) => slotsOf(node).length));
  const indent = nameWidth + barWidth + usageWidth + slotsWidth + 11;
  return [
    "memory: █ placed  ▒ co-tenants  · free  ┃ limit  ░ kept for the OS; then slots taken, and by whom",
    ...nodes.flatMap((node) => {
      const ids = placements
        .filter((placement) => placement.node === node.node)
        .map(({ instance }) => instance);
      const names = wrap(node.node, nameWidth);
      const notes = [
        ...wrap(ids.join(", "), width - indent),
        ...(node.advised ? wrap(node.advised, width - indent) : []),
      ];
      const facts = `${ramBar(node)}  ${usageOf(node).padStart(usageWidth)}  ${slotsOf(node).padStart(slotsWidth)}`;
      const lines = Array.from({ length: Math.max(names.length, notes.length) }, (_, line) => {
        const middle = line === 0 ? facts : " ".repeat(facts.length);
        return `  ${(names[line] ?? "").padEnd(nameWidth)}  ${middle}  ${notes[line] ?? ""}`.trimEnd();
      });
      const hasOwnGpuMemory = node.gpuMemoryBytes > 0 && !node.unifiedMemory;
      return hasOwnGpuMemory ? [...lines, `${" ".repeat(nameWidth + 4)}${gpuLine(node, usageWidth)}`] : lines;
    }),
  ];
}

function usageOf(node: NodeLoad): string {
  return `${showGb(used(node))} of ${showGb(node.ramBytes)}`;
}

function slotsOf({ instances, maxInstances }: NodeLoad): string {
  return `${instances}/${maxInstances}`;
}

function used({ placedBytes, coTenantBytes }: NodeLoad): number {
  return placedBytes + coTenantBytes;
}

function ramBar({
  ramBytes,
  placedBytes,
  coTenantBytes,
  reservedBytes,
  headroomLimitBytes,
}: NodeLoad): string {
  const bar = cells(ramBytes, placedBytes, coTenantBytes, reservedBytes);
  const limit = Math.round((headroomLimitBytes / ramBytes) * barWidth);
  return `${bar.slice(0, limit)}┃${bar.slice(limit)}`;
}

function gpuLine({ gpuMemoryBytes, gpuPlacedBytes, gpuCoTenantBytes }: NodeLoad, usageWidth: number): string {
  const usage = `${showGb(gpuPlacedBytes + gpuCoTenantBytes)} of ${showGb(gpuMemoryBytes)}`;
  return `${cells(gpuMemoryBytes, gpuPlacedBytes, gpuCoTenantBytes, 0)}   ${usage.padStart(usageWidth)}  GPU memory`;
}

/** Whatever is there shows as at least one cell, so that small things are not lost. */
function cells(total: number, placed: number, coTenants: number, reserved: number): string {
  const scaled = (bytes: number) => (bytes > 0 ? Math.max(1, Math.round((bytes / total) * barWidth)) : 0);
  const kept = "░".repeat(scaled(reserved));
  const taken = "█".repeat(scaled(placed)) + "▒".repeat(scaled(coTenants));
  return (taken.padEnd(barWidth - kept.length, "·") + kept).slice(0, barWidth);
}
