import type { Gap, Placement, Plan } from "./plan";
import { deviceNames } from "./shares";
import { width, wrap } from "./table";

/** What the plan was decided on, how, and what becomes of what ran before. Nothing on a first run that needed no search. */
export function changesSection({ placements, nodes, method, gap, factsAgeSeconds }: Plan): string[] {
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
    ...(method === "greedy" ? [] : [method === "packed" ? packedText : searchText(gap)]),
    ...moves,
    ...switched,
    ...(stays.length === 0 ? [] : [`stays: ${stays.join(", ")}`]),
  ];
  return lines.flatMap(hanging);
}

const packedText =
  "strategy pack: all are placed close together, so that large blocks stay free; scores are shown, but decide nothing";

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
  const fewer = moves === 1 ? "at most 1 move fewer might do" : `at most ${moves} moves fewer might do`;
  const proven = moves > 0 ? fewer : "none moves fewer";
  // Rounded up: what is said is no less than what is true.
  const percent = Math.ceil(scorePercent * 10) / 10;
  const within = percent > 0 ? `the score is within ${percent} % of the best possible` : "none scores higher";
  return `search: all are placed; ${proven}, and ${within}`;
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
