import { showGb } from "../topology/units";
import { outcome } from "./outcome";
import type { NodeLoad, Placement, Plan, ScorePart } from "./plan";

const full = 760;
const rowHeight = 30;
const rowGap = 34;
const left = 150;
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
 * line is where the required headroom begins. Needs nothing but itself; the same plan gives the same bytes.
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
  const left_out = plan.unplaced.map(({ instance }) => instance);
  if (left_out.length > 0) rows.push(text(0, y, `not placed: ${left_out.join(", ")}`, "bad"));
  const height = y + (left_out.length > 0 ? 24 : 0);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-10 0 ${left + full + 40} ${height}" role="img" aria-label="${escaped(`plan of ${plan.scenario} on ${plan.cluster}`)}">
<style>text{font:13px system-ui,sans-serif;fill:#222}.small{font-size:11px;fill:#666}.in{fill:#fff}.bad{fill:#b00020;font-weight:600}.title{font-weight:600}</style>
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
  const amount = `${showGb(node.placedBytes)} of ${showGb(node.ramBytes)}, ${node.instances}/${node.maxInstances}`;
  return [
    ...row(node.node, amount, node.ramBytes, y, scale),
    kept,
    ...fill(stretches, node.ramBytes, y, scale),
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
  const amount = `${showGb(node.gpuPlacedBytes)} of ${showGb(node.gpuMemoryBytes)} GPU`;
  return [
    ...row("", amount, node.gpuMemoryBytes, y, scale),
    ...fill(stretches, node.gpuMemoryBytes, y, scale),
  ].join("\n");
}

function row(name: string, amount: string, bytes: number, y: number, scale: number): string[] {
  const frame = `<rect x="${left}" y="${y}" width="${pixels(bytes * scale)}" height="${rowHeight}" fill="#fff" stroke="#555"/>`;
  return [text(0, y + 13, name, "title"), text(0, y + 28, amount, "small"), frame];
}

/** Instances keep their colour on every row; the order of the plan decides it. */
function on(node: NodeLoad, { placements }: Plan): { placement: Placement; fill: string }[] {
  return placements
    .map((placement, index) => ({ placement, fill: colours[index % colours.length]! }))
    .filter(({ placement }) => placement.node === node.node);
}

function instanceStretch(placement: Placement, bytes: number, fill: string): Stretch {
  const { instance, node, score, parts, was, why, others, rejections, port } = placement;
  const lines = [
    `${instance}: ${showGb(bytes)} on ${node}${port === undefined ? "" : `, port ${port}`}`,
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

/** The stretches one after the other; names that do not fit into theirs stand behind the node. */
function fill(stretches: readonly Stretch[], total: number, y: number, scale: number): string[] {
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
  return [...drawn, text(left + total * scale + 10, y + 20, outside.join(", "), "small")];
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
