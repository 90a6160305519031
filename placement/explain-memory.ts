import { showGb } from "../topology/units";
import { namespacePrefix } from "../topology/with-kubernetes";
import { whole } from "./devices";
import { type Memory, memoryBar } from "./memory-bar";
import type { NodeLoad, Plan } from "./plan";
import { cores } from "./shares";
import { folded, table, width, wrap } from "./table";

const widestName = 20;
const widestBar = 32;
const [leastRoomForIds, mostRoomForIds] = [20, 36];

const legend =
  "memory: █ placed  ▒ co-tenants  · free  ┃ limit  ░ kept for the OS; then slots taken, and by whom";
const sharedLegend =
  "memory: █ placed  ▓ other stacks  ▒ co-tenants  · free  ┃ limit  ░ OS; then slots taken, and by whom";

/** Each node once everything is placed: its memory as a bar, its slots, its status, who is there; then what is advised. */
export function memorySection({ nodes, placements }: Plan): string[] {
  const nameWidth = Math.min(widestName, widest(nodes.map(({ node }) => node)));
  const usageWidth = widest(nodes.flatMap((node) => [usage(ramOf(node)), usage(gpuOf(node))]));
  const slotsWidth = widest([...nodes.map(gpuName), ...nodes.map(slots)]);
  const besidesBar = nameWidth + usageWidth + slotsWidth + 11;
  // A name with its comma stays whole.
  const longest = widest(placements.map(({ instance }) => instance)) + 1;
  const roomForIds = Math.min(mostRoomForIds, Math.max(leastRoomForIds, longest));
  const barWidth = Math.min(widestBar, width - besidesBar - roomForIds);
  const notesWidth = width - besidesBar - barWidth;

  function row(node: NodeLoad): string[] {
    const ids = placements
      .filter((placement) => placement.node === node.node)
      .map(({ instance }) => instance);
    const theirs = node.others.map(
      ({ stack, instances, ramBytes }) =>
        `${stack}${stack.startsWith(namespacePrefix) ? "" : " (another stack)"}: ${instances}, ${showGb(ramBytes)}`,
    );
    const notes = [statusNote(node), coresNote(node), ids.join(", "), ...theirs]
      .filter(Boolean)
      .flatMap((note) => wrap(note, notesWidth));
    const names = wrap(node.node, nameWidth);
    const isOut = node.status !== "HEALTHY";
    const facts = [`${pool(ramOf(node), isOut)}  ${slots(node).padStart(slotsWidth)}`];
    if (node.gpuMemoryBytes > 0 && !node.unifiedMemory)
      facts.push(`${pool(gpuOf(node), isOut)}  ${gpuName(node).padStart(slotsWidth)}`);
    const blank = " ".repeat(facts[0]!.length);
    return Array.from({ length: Math.max(names.length, notes.length, facts.length) }, (_, line) => {
      const name = (names[line] ?? "").padEnd(nameWidth);
      return `  ${name}  ${(facts[line] ?? blank).padEnd(blank.length)}  ${notes[line] ?? ""}`.trimEnd();
    });
  }

  function pool(memory: Memory, isOut: boolean): string {
    const bar = memoryBar(memory, barWidth, isOut ? "×" : "·").padEnd(barWidth + 1);
    return `${bar}  ${usage(memory).padStart(usageWidth)}`;
  }

  const isShared = nodes.some(({ others }) => others.length > 0);
  return [isShared ? sharedLegend : legend, ...nodes.flatMap(row), ...adviceLines(nodes)];
}

/** What takes nothing new says so, whatever room it has. */
function statusNote({ status }: NodeLoad): string {
  return status === "HEALTHY" ? "" : status.toLowerCase();
}

function coresNote({ cpu }: NodeLoad): string {
  return cpu ? `${cores(cpu.held * whole)} of ${cpu.cores};` : "";
}

function adviceLines(nodes: readonly NodeLoad[]): string[] {
  const items = nodes.flatMap(({ node, advice }) => advice.map((text) => ({ node, text })));
  if (items.length === 0) return [];
  const rows = folded(items, ({ text }) => ({ score: "", text }));
  return ["advice, which decided nothing:", ...table(rows.map((row) => ({ lead: "  ", ...row })))];
}

function ramOf(node: NodeLoad): Memory {
  return {
    total: node.ramBytes,
    placed: node.placedBytes,
    others: sum(node.others.map(({ ramBytes }) => ramBytes)),
    coTenants: node.coTenantBytes,
    reserved: node.reservedBytes,
    limit: node.headroomLimitBytes,
  };
}

function gpuOf(node: NodeLoad): Memory {
  return {
    total: node.gpuMemoryBytes,
    placed: node.gpuPlacedBytes,
    others: sum(node.others.map(({ gpuMemoryBytes }) => gpuMemoryBytes)),
    coTenants: node.gpuCoTenantBytes,
  };
}

function usage({ total, placed, others, coTenants }: Memory): string {
  return `${showGb(placed + others + coTenants)} of ${showGb(total)}`;
}

function slots({ instances, others, maxInstances, slots }: NodeLoad): string {
  return `${slots ?? instances + sum(others.map((stack) => stack.instances))}/${maxInstances}`;
}

function gpuName({ gpus }: NodeLoad): string {
  return gpus === undefined ? "GPU" : `${gpus} GPUs`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(({ length }) => length));
}
