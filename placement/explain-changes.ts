import type { Plan } from "./plan";
import { width, wrap } from "./table";

/** What the plan was decided on, how, and what becomes of what ran before. Nothing on a first run that needed no search. */
export function changesSection({ placements, nodes, method, factsAgeSeconds }: Plan): string[] {
  const moves = placements.flatMap(({ instance, was, node, why }) =>
    was === undefined ? [] : [`${instance}: ${was} → ${node} because ${why}`],
  );
  const stays = placements.filter(({ stays }) => stays).map(({ instance }) => instance);
  const lines = [
    ...(factsAgeSeconds === undefined ? [] : [`facts: asked the machines ${age(factsAgeSeconds)} ago`]),
    ...nodes.flatMap(({ node, status, statusReason }) =>
      statusReason === undefined ? [] : [`${node} is ${status.toLowerCase()}: ${statusReason}`],
    ),
    ...(method === "greedy" ? [] : [methods[method]]),
    ...moves,
    ...(stays.length === 0 ? [] : [`stays: ${stays.join(", ")}`]),
  ];
  return lines.flatMap(hanging);
}

const methods = {
  exact: "search: all placements were compared; this one moves fewest and then scores highest in all",
  repaired:
    "search: all are placed, but it is not proven that no other placement moves fewer or scores higher",
};

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
