import { showGb } from "../topology/units";
import { outcome } from "./outcome";
import type { NodeLoad, Placement, Plan, ScorePart } from "./plan";
import { deviceNames } from "./shares";

const full = 760;
const rowHeight = 30;
const rowGap = 38;
const left = 170;
const longestName = 19;
const longestList = 110;
const colours = ["#3b6fb6", "#2f8f6b", "#b0662f", "#7a57a8", "#a83f5b", "#4a7f9c", "#7c8a2e", "#96603f"];

/** A stretch of a node's memory, with what is said of it when the pointer rests on it. */
interface Stretch {
  readonly bytes: number;
  readonly fill: string;
  readonly label: string;
  readonly title: string;
}

/**
 * The plan as one SVG: a box per node, to scale, filled with instances, co-tenants, other stacks and what is kept for the OS; the red
 * line is where the required headroom begins; nodes that take nothing new are tinted. Needs nothing but itself; the same plan gives the same bytes.
 */
export function picture(plan: Plan): string {
  const most = Math.max(1, ...plan.nodes.map((node) => Math.max(node.ramBytes, ownPool(node))));
  const scale = full / most;
  const rows: string[] = [];
  let y = 40;
  for (const node of plan.nodes) {
    rows.push(memoryRow(node, plan, y, scale));
    y += rowHeight + rowGap;
    if (ownPool(node) === 0) continue;
    rows.push(gpuRow(node, plan, y, scale));
    y += rowHeight + rowGap;
  }
  const leftOut = plan.unplaced.map(({ instance }) => instance);
  if (leftOut.length > 0) rows.push(text(0, y, `not placed: ${listed(leftOut)}`, "bad"));
  const height = y + (leftOut.length > 0 ? 24 : 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 ${left + full + 40} ${height}" role="img" aria-label="${escaped(`plan of ${plan.scenario} on ${plan.cluster}`)}">
<style>text{font:13px system-ui,sans-serif;fill:#222}.small{font-size:11px;fill:#666}.in{fill:#fff}.bad{fill:#b00020;font-weight:600}.out{fill:#b00020}.title{font-weight:600}</style>
<defs><pattern id="kept" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#f2f2f2"/><line y2="6" stroke="#bbb" stroke-width="2"/></pattern></defs>
${text(0, 18, `${plan.scenario} on ${plan.cluster}`, "title")}
${rows.join("\n")}
</svg>
`;
}

/** A GPU's memory that is not the node's RAM. */
function ownPool(node: NodeLoad): number {
  return node.unifiedMemory ? 0 : node.gpuMemoryBytes;
}

function memoryRow(node: NodeLoad, plan: Plan, y: number, scale: number): string {
  const stretches = [
    ...on(node, plan).map(({ placement, fill }) =>
      instanceStretch(placement, placement.takes.ramBytes, fill),
    ),
    {
      bytes: node.coTenantBytes,
      fill: "#8a8a8a",
      label: "co-tenants",
      title: `co-tenants: ${showGb(node.coTenantBytes)}`,
    },
    ...node.others.map(({ stack, ramBytes }) => ({
      bytes: ramBytes,
      fill: "#c9a227",
      label: stack,
      title: `stack ${stack}: ${showGb(ramBytes)}`,
    })),
  ];
  const [keptX, limitX] = [node.ramBytes - node.reservedBytes, node.headroomLimitBytes].map(
    (bytes) => left + bytes * scale,
  );
  const kept = box(
    keptX!,
    y,
    node.reservedBytes * scale,
    "url(#kept)",
    `kept for the OS: ${showGb(node.reservedBytes)}`,
  );
  const limit = `<line x1="${pixels(limitX!)}" x2="${pixels(limitX!)}" y1="${y - 4}" y2="${y + rowHeight + 4}" stroke="#b00020" stroke-width="2"><title>required headroom begins here: ${showGb(node.headroomLimitBytes)}</title></line>`;
  const held = node.placedBytes + node.coTenantBytes + sum(node.others.map(({ ramBytes }) => ramBytes));
  const slots = node.slots ?? node.instances + sum(node.others.map(({ instances }) => instances));
  const amount = `${showGb(held)} of ${showGb(node.ramBytes)}, ${slots}/${node.maxInstances}`;
  return [
    ...row(node, node.node, amount, node.ramBytes, y, scale),
    kept,
    ...fill(stretches, y, scale),
    limit,
  ].join("\n");
}

function gpuRow(node: NodeLoad, plan: Plan, y: number, scale: number): string {
  const stretches = [
    ...on(node, plan).map(({ placement, fill }) =>
      instanceStretch(placement, placement.takes.gpuMemoryBytes, fill),
    ),
    {
      bytes: node.gpuCoTenantBytes,
      fill: "#8a8a8a",
      label: "co-tenants",
      title: `co-tenants: ${showGb(node.gpuCoTenantBytes)}`,
    },
    ...node.others.map(({ stack, gpuMemoryBytes }) => ({
      bytes: gpuMemoryBytes,
      fill: "#c9a227",
      label: stack,
      title: `stack ${stack}: ${showGb(gpuMemoryBytes)}`,
    })),
  ];
  const held =
    node.gpuPlacedBytes +
    node.gpuCoTenantBytes +
    sum(node.others.map(({ gpuMemoryBytes }) => gpuMemoryBytes));
  const amount = `${showGb(held)} of ${showGb(node.gpuMemoryBytes)} ${node.gpus ? `${node.gpus} GPUs` : "GPU"}`;
  return [...row(node, "", amount, node.gpuMemoryBytes, y, scale), ...fill(stretches, y, scale)].join("\n");
}

/** The name, the numbers and the frame of a pool. Whoever takes nothing new is told by its colour and in words. */
function row(
  { node, status, statusReason, advice }: NodeLoad,
  name: string,
  amount: string,
  bytes: number,
  y: number,
  scale: number,
): string[] {
  const isOut = status !== "HEALTHY";
  const words = `${status.toLowerCase()}${statusReason ? ` (${statusReason})` : ""}`;
  const title = escaped([node, ...(isOut ? [words] : []), ...advice].join("\n"));
  const frame = `<rect x="${left}" y="${y}" width="${pixels(bytes * scale)}" height="${rowHeight}" fill="${isOut ? "#f6dfe2" : "#fff"}" stroke="#555"><title>${title}</title></rect>`;
  const shown = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
  const state = isOut && name !== "" ? text(0, y + 42, status.toLowerCase(), "small out") : "";
  return [text(0, y + 13, shown, "title"), text(0, y + 28, amount, "small"), frame, state];
}

/** Instances keep their colour on every row; the order of the plan decides it. */
function on(node: NodeLoad, { placements }: Plan): { placement: Placement; fill: string }[] {
  return placements
    .map((placement, index) => ({ placement, fill: colours[index % colours.length]! }))
    .filter(({ placement }) => placement.node === node.node);
}

function instanceStretch(placement: Placement, bytes: number, fill: string): Stretch {
  const { instance, node, score, parts, was, why, others, rejections, port, gpuDevices } = placement;
  const lines = [
    `${instance}: ${showGb(bytes)} on ${node}${gpuDevices ? `, ${deviceNames(gpuDevices)}` : ""}${port === undefined ? "" : `, port ${port}`}`,
    `score ${round(score)} = ${partsText(parts)}`,
    ...(was === undefined ? [] : [`moved here from ${was}: ${why}`]),
    ...others.map(
      (other) =>
        `${other.node}: ${round(other.score)}${other.decidedBy ? `, ${outcome(other.decidedBy)}` : ""}`,
    ),
    ...rejections.map((rejection) => `${rejection.node}: ${rejection.token}, ${rejection.text}`),
  ];
  return { bytes, fill, label: instance, title: lines.join("\n") };
}

/** The stretches one after the other; names that do not fit into theirs stand below. */
function fill(stretches: readonly Stretch[], y: number, scale: number): string[] {
  let x = left;
  const outside: string[] = [];
  const drawn = stretches
    .filter(({ bytes }) => bytes > 0)
    .map(({ bytes, fill, label, title }) => {
      const width = bytes * scale;
      const fits = width > 7.5 * label.length + 8;
      if (!fits) outside.push(label);
      const at = x;
      x += width;
      return box(at, y, width, fill, title) + (fits ? text(at + 6, y + 20, label, "in") : "");
    });
  return outside.length === 0 ? drawn : [...drawn, text(left, y + rowHeight + 14, listed(outside), "small")];
}

/** As many names as fit on a line. */
function listed(names: readonly string[]): string {
  let count = names.length;
  const line = () =>
    names.slice(0, count).join(", ") + (count < names.length ? ` and ${names.length - count} more` : "");
  while (count > 1 && line().length > longestList) count--;
  return line();
}

function box(x: number, y: number, width: number, fill: string, title: string): string {
  return `<rect x="${pixels(x)}" y="${y}" width="${pixels(width)}" height="${rowHeight}" fill="${fill}" stroke="#fff"><title>${escaped(title)}</title></rect>`;
}

function text(x: number, y: number, words: string, kind: string): string {
  return `<text x="${pixels(x)}" y="${y}" class="${kind}" pointer-events="none">${escaped(words)}</text>`;
}

function partsText(parts: readonly ScorePart[]): string {
  return parts
    .filter(({ points }) => points > 0)
    .map(({ name, points }) => `${name} ${round(points)}`)
    .join(" + ");
}

const round = (points: number) => `${Math.round(points * 10) / 10}`;
const pixels = (length: number) => `${Math.round(length * 10) / 10}`;

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
