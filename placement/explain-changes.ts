import type { Gap, PackingGap, Placement, Plan } from "./plan";
import { deviceNames } from "./shares";
import { width, wrap } from "./table";

/** What the plan was decided on, how, and what becomes of what ran before. Nothing on a first run that needed no search. */
export function changesSection({
  placements,
  nodes,
  method,
  gap,
  packingGap,
  factsAgeSeconds,
}: Plan): string[] {
  const moves = placements.flatMap(({ instance, was, node, why }) =>
    was === undefined ? [] : [`${instance}: ${was} → ${node} because ${why}`],
  );
  const stays = placements.filter((one) => one.stays && !isSwitched(one)).map(({ instance }) => instance);
  const switched = placements.flatMap((placement) =>
    isSwitched(placement) ? [`${placement.instance}: ${staysText(placement)}`] : [],
  );
  const lines = [
    ...(factsAgeSeconds === undefined ? [] : [`facts: asked the machines ${age(factsAgeSeconds)} ago`]),
    ...nodes.flatMap(({ node, status, statusReason }) =>
      statusReason === undefined ? [] : [`${node} is ${status.toLowerCase()}: ${statusReason}`],
    ),
    ...(method === "greedy" ? [] : [method === "packed" ? packedText(packingGap) : searchText(gap)]),
    ...moves,
    ...switched,
    ...(stays.length === 0 ? [] : [`stays: ${stays.join(", ")}`]),
  ];
  return lines.flatMap(hanging);
}

function packedText(gap: PackingGap | undefined): string {
  const text =
    "strategy pack: all are placed close together, so that large blocks stay free; scores are shown, but decide nothing";
  if (!gap) return text;
  const { moves, withoutGpu, blocksPercent } = gap;
  const gpus = withoutGpu > 0 ? [`up to ${withoutGpu} more might have the GPU that they prefer`] : [];
  const blocks =
    blocksPercent === undefined
      ? "how much more might stay free is not known for a plan of this size"
      : blocksPercent === 100
        ? "whether any node could be left empty is not known"
        : blocksPercent > 0
          ? `the blocks are within ${roundedUp(blocksPercent)} % of the best possible`
          : "no larger blocks are possible";
  return `${text}; ${[fewerMoves(moves), ...gpus].join(", ")}, and ${blocks}`;
}

function isSwitched({ wasOnGpu, wasGpuDevices }: Placement): boolean {
  return wasOnGpu !== undefined || wasGpuDevices !== undefined;
}

/** Whether it stays, and whether it leaves or takes the GPU there, or gets another one. */
export function staysText({ stays, wasOnGpu, wasGpuDevices, gpuDevices = [] }: Placement): string {
  if (!stays) return "";
  if (wasGpuDevices) return `stays, ${deviceNames(wasGpuDevices)} → ${deviceNames(gpuDevices)}`;
  if (wasOnGpu === undefined) return "stays";
  return `stays, ${wasOnGpu ? "GPU → CPU" : "CPU → GPU"}`;
}

function searchText(gap: Gap | undefined): string {
  if (!gap)
    return "search: all placements were compared; this one moves fewest and then scores highest in all";
  const { moves, scorePercent } = gap;
  const within =
    scorePercent > 0
      ? `the score is within ${roundedUp(scorePercent)} % of the best possible`
      : "none scores higher";
  return `search: all are placed; ${fewerMoves(moves)}, and ${within}`;
}

function fewerMoves(moves: number): string {
  if (moves === 0) return "none moves fewer";
  return moves === 1 ? "at most 1 move fewer might do" : `at most ${moves} moves fewer might do`;
}

/** Percent to one digit: what is said is no less than what is true. */
function roundedUp(percent: number): number {
  return Math.ceil(percent * 10) / 10;
}

/** A sentence whose further lines are indented. */
export function hanging(text: string): string[] {
  const [first = "", ...rest] = wrap(text, width - 4);
  return [first, ...rest.map((line) => `    ${line}`)];
}

function age(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
