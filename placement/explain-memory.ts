import { showGb } from "../topology/units";
import type { NodeLoad } from "./plan";
import { wrap } from "./table";

const barWidth = 40;
const widestName = 24;

/** Each node's memory as a bar, once everything is placed. */
export function memorySection(nodes: readonly NodeLoad[]): string[] {
  const nameWidth = Math.min(widestName, Math.max(...nodes.map(({ node }) => node.length)));
  const usage = nodes.map((node) => `${showGb(used(node))} of ${showGb(node.ramBytes)}`);
  const usageWidth = Math.max(...usage.map((text) => text.length));
  return [
    "memory: █ placed  ▒ co-tenants  · free  ┃ limit  ░ kept for the OS",
    ...nodes.flatMap((node, index) => {
      const [name, ...rest] = wrap(node.node, nameWidth);
      const slots = `${node.instances} of ${node.maxInstances} instances`;
      const indent = " ".repeat(nameWidth + 4);
      return [
        `  ${name!.padEnd(nameWidth)}  ${ramBar(node)}  ${usage[index]!.padStart(usageWidth)}  ${slots}`,
        ...rest.map((more) => `  ${more}`),
        ...(node.gpuMemoryBytes > 0 && !node.unifiedMemory ? [indent + gpuLine(node, usageWidth)] : []),
        ...(node.advised ? [`${indent}${node.advised}`] : []),
      ];
    }),
  ];
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
