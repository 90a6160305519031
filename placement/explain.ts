import type { RayMember } from "../topology/ray-members";
import { portsPerMember } from "../topology/ray-ports";
import { showGb, showGib } from "../topology/units";
import { whole } from "./devices";
import { changesSection, hanging, staysText } from "./explain-changes";
import { memorySection } from "./explain-memory";
import { candidateRows, mostNodesInFull, partsText, points, rejectionRows } from "./explain-nodes";
import type { Conflict, Placement, Plan, Rejection, Unplaced } from "./plan";
import { cores, deviceNames, gpus } from "./shares";
import { table, width, wrap } from "./table";

/** The plan for people: at most 100 columns of plain text; the same plan gives the same bytes. */
export function explain(plan: Plan): string {
  const sections = [
    [...wrap(`Plan: ${plan.scenario} on ${plan.cluster}`, width), ...legend(plan)],
    changesSection(plan),
    ...[...plan.placements].sort(byTurn).map((placement) => placementBlock(placement, plan)),
    memorySection(plan),
    podsNote(plan),
    ...unplacedBlocks(plan.unplaced),
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

function legend({ placements, nodes }: Plan): string[] {
  const most = placements[0]?.parts.map(({ name, max }) => `${name} ${max}`);
  return [
    ...(most ? [`score of 100 = ${most.join(" + ")} at most`] : []),
    ...(nodes.length > mostNodesInFull
      ? [`of ${nodes.length} nodes the best and one of each reason are shown; ./berth plan --json tells all`]
      : []),
  ];
}

function placementBlock(placement: Placement, { nodes }: Plan): string[] {
  const { instance, turn, node, score, parts, manual, was, others, rejections } = placement;
  const notes = [manual && "placed by hand", staysText(placement), was && `was on ${was}`].filter(Boolean);
  const isAbridged = nodes.length > mostNodesInFull;
  const isPooled = nodes.some((load) => load.node === node && load.unifiedMemory);
  const facts = [takesText(placement, isPooled), ...portText(placement)];
  return [
    ...hanging(`${turn}. ${instance}: ${facts.join(", ")}`),
    ...table([
      {
        lead: "  → ",
        names: [node],
        score: points(score),
        text: [partsText(parts), ...notes].join(", "),
      },
      ...candidateRows(others, isAbridged).map((row) => ({ lead: "    ", ...row })),
      ...rejectionRows(rejections, isAbridged).map((row) => ({ lead: "    ", ...row })),
    ]),
  ];
}

/** Those that are refused for the same reasons share a block, at the place of the first. */
function unplacedBlocks(unplaced: readonly Unplaced[]): string[][] {
  const blocks = new Map<string, { ids: string[]; turn: number; rejections: Rejection[] }>();
  for (const { instance, turn, rejections } of [...unplaced].sort(byTurn)) {
    const key = JSON.stringify(rejections);
    const block = blocks.get(key);
    if (block) block.ids.push(instance);
    else blocks.set(key, { ids: [instance], turn, rejections });
  }
  return [...blocks.values()].map(({ ids, turn, rejections }) => {
    const isAbridged = rejections.length > mostNodesInFull;
    const counts = new Map<string, number>();
    for (const { token } of rejections) counts.set(token, (counts.get(token) ?? 0) + 1);
    const histogram = [...counts].map(([token, count]) => `${count} ${token}`).sort();
    const when = ids.length === 1 ? `at turn ${turn}` : `from turn ${turn} on`;
    return [
      ...hanging(`${ids.join(", ")}: NOT PLACED ${when}, refused by every node (${histogram.join(", ")})`),
      ...table(rejectionRows(rejections, isAbridged).map((row) => ({ ...row, lead: "  ✗ ", score: "" }))),
    ];
  });
}

function byTurn(a: { turn: number }, b: { turn: number }): number {
  return a.turn - b.turn;
}

function summary({ placements, unplaced, nodes }: Plan): string {
  const used = nodes.filter(({ instances }) => instances > 0).length;
  const total = count(placements.length + unplaced.length, "instance");
  if (placements.length + unplaced.length === 0) return "Nothing of its own is to be placed.";
  if (unplaced.length === 0)
    return `${placements.length === 1 ? "The instance is" : `All ${total}`} placed, on ${used} of ${count(nodes.length, "node")}.`;
  const ids = unplaced.map(({ instance }) => instance).join(", ");
  return `${unplaced.length} of ${total} NOT PLACED: ${ids}. A scenario runs whole or not at all.`;
}

/** What a plan for pods is, and is not. */
function podsNote({ placements }: Plan): string[] {
  if (!placements.some(({ launcher }) => launcher === "kuberay")) return [];
  return wrap(
    "pods: kube-scheduler decides where they go; it is asked to prefer the nodes above, and may take any other node of Kubernetes in " +
      "the cluster file that has their architecture, unless kubernetes.node names one",
    width,
  );
}

function takesText({ takes, onGpu, gpuDevices, ray, launcher }: Placement, isPooled: boolean): string {
  const isPod = launcher === "kuberay";
  const gpuMemory = showGb(takes.gpuMemoryBytes);
  const ofGpu = isPooled ? `, ${gpuMemory} of it GPU memory` : ` and ${gpuMemory} of GPU memory`;
  const ofCpu = takes.cpuCores ? `${cores(takes.cpuCores * whole)}, ` : "";
  const share = takes.gpus && takes.gpus < 1 ? `${takes.gpus} of ` : "";
  // Which of the GPUs a pod gets is the device plugin's to say.
  const named = gpuDevices && (isPod ? gpus(gpuDevices.length) : deviceNames(gpuDevices));
  const where = named ? `${share}${named}` : `the ${onGpu ? "GPU" : "CPU"}`;
  const parts = ray ? `: ${rayText(ray)}` : "";
  const ram = `${showGb(takes.ramBytes)}${isPod ? ` (${showGib(takes.ramBytes)})` : ""}`;
  return `takes ${ofCpu}${ram}${takes.gpuMemoryBytes > 0 ? ofGpu : ""}${parts}, ${isPod ? "a pod " : ""}on ${where}`;
}

function portText({ port, ray }: Placement): string[] {
  if (port === undefined) return [];
  return [ray ? `ports ${port}-${port + portsPerMember - 1}` : `port ${port}`];
}

/** What a member of a Ray cluster takes its RAM for. */
function rayText({ heapBytes, objectStoreBytes, ownBytes, sidecarBytes }: RayMember): string {
  const sidecar = sidecarBytes ? `, autoscaler ${showGb(sidecarBytes)}` : "";
  return `heap ${showGb(heapBytes)}, object store ${showGb(objectStoreBytes)}, Ray ${showGb(ownBytes)}${sidecar}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
