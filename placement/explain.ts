import { showGb } from "../topology/units";
import { changesSection, hanging } from "./explain-changes";
import { memorySection } from "./explain-memory";
import { outcome } from "./outcome";
import type { Candidate, Conflict, Placement, Plan, Rejection, ScorePart, Unplaced } from "./plan";
import { folded, table, width, wrap } from "./table";

/** The plan for people: at most 100 columns of plain text; the same plan gives the same bytes. */
export function explain(plan: Plan): string {
  const sections = [
    [...wrap(`Plan: ${plan.scenario} on ${plan.cluster}`, width), ...legend(plan)],
    changesSection(plan),
    ...[
      ...plan.placements.map((placement) => ({ ...placement, lines: placementBlock(placement, plan) })),
      ...plan.unplaced.map((left) => ({
        ...left,
        lines: [`${left.turn}. ${left.instance}: NOT PLACED, see below`],
      })),
    ]
      .sort((a, b) => a.turn - b.turn)
      .map(({ lines }) => lines),
    memorySection(plan),
    ...[...plan.unplaced].sort((a, b) => a.turn - b.turn).map(unplacedBlock),
    conflictBlock(plan.conflict),
    wrap(summary(plan), width),
  ];
  return sections
    .filter(({ length }) => length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function conflictBlock(conflict: Conflict | undefined): string[] {
  if (!conflict) return [];
  const help =
    conflict.help.length > 0
      ? ["what would help, each by itself:", ...conflict.help.map((one) => `- ${one}`)]
      : [];
  return [conflict.text, ...help].flatMap((line) => hanging(line));
}

function legend({ placements }: Plan): string[] {
  const most = placements[0]?.parts.map(({ name, max }) => `${name} ${max}`);
  return most ? [`score of 100 = ${most.join(" + ")} at most`] : [];
}

function placementBlock(placement: Placement, { nodes }: Plan): string[] {
  const { instance, turn, node, score, parts, manual, stays, was, port, others, rejections } = placement;
  const notes = [manual && "placed by hand", stays && "stays", was && `was on ${was}`].filter(Boolean);
  const isPooled = nodes.some((load) => load.node === node && load.unifiedMemory);
  const facts = [takesText(placement, isPooled), ...(port === undefined ? [] : [`port ${port}`])];
  return [
    `${turn}. ${instance}: ${facts.join(", ")}`,
    ...table([
      {
        lead: "  → ",
        names: [node],
        score: points(score),
        text: [partsText(parts), ...notes].join(", "),
      },
      ...folded(others, candidateText).map((row) => ({ lead: "    ", ...row })),
      ...folded(rejections, rejectionText).map((row) => ({ lead: "    ", ...row })),
    ]),
  ];
}

function unplacedBlock({ instance, rejections }: Unplaced): string[] {
  const counts = new Map<string, number>();
  for (const { token } of rejections) counts.set(token, (counts.get(token) ?? 0) + 1);
  const histogram = [...counts].map(([token, count]) => `${count} ${token}`).sort();
  return [
    ...wrap(`${instance}: NOT PLACED, refused by every node (${histogram.join(", ")})`, width),
    ...table(folded(rejections, rejectionText).map((row) => ({ ...row, lead: "  ✗ ", score: "" }))),
  ];
}

function summary({ placements, unplaced, nodes }: Plan): string {
  const used = nodes.filter(({ instances }) => instances > 0).length;
  const total = count(placements.length + unplaced.length, "instance");
  if (unplaced.length === 0)
    return `${placements.length === 1 ? "The instance is" : `All ${total}`} placed, on ${used} of ${count(nodes.length, "node")}.`;
  const ids = unplaced.map(({ instance }) => instance).join(", ");
  return `${unplaced.length} of ${total} NOT PLACED: ${ids}. A scenario runs whole or not at all.`;
}

function candidateText({ score, parts, decidedBy }: Candidate) {
  return { score: points(score), text: partsText(parts) + (decidedBy ? `; ${outcome(decidedBy)}` : "") };
}

function rejectionText({ token, text }: Rejection) {
  return { score: "–", text: `${token}: ${text}` };
}

function partsText(parts: readonly ScorePart[]): string {
  const spoken = parts.filter((part) => part.points !== 0);
  return spoken.map((part) => `${part.name} ${points(part.points)}`).join(" + ") || "nothing speaks for it";
}

function takesText({ takes, onGpu }: Placement, isPooled: boolean): string {
  const gpuMemory = showGb(takes.gpuMemoryBytes);
  const ofGpu = isPooled ? `, ${gpuMemory} of it GPU memory` : ` and ${gpuMemory} of GPU memory`;
  return `takes ${showGb(takes.ramBytes)}${takes.gpuMemoryBytes > 0 ? ofGpu : ""}, on the ${onGpu ? "GPU" : "CPU"}`;
}

function points(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
