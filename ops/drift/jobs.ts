import type { StackState } from "../stack/state";
import type { Drift, Found } from "./findings";

/**
 * Compares the Ray jobs that ran to their end, as the state says, with the records of the nodes that answered. A job that failed
 * and is not in the state runs nowhere: its update has said so.
 */
export function jobFindings(stack: string, wanted: StackState["jobs"], nodes: readonly Found[]): Drift[] {
  const differing = wanted.flatMap(({ id, node }): Drift[] => {
    const place = nodes.find((one) => one.node === node);
    if (!place) return [];
    const found = place.here?.jobs.find((one) => one.id === id);
    const remedy = `./berth up ${stack} -- --replace '**::${id}-run'`;
    const at = { instance: id, node, remedy };
    if (found?.state === "succeeded" || found?.state === "running") return [];
    const why = found?.state === "abandoned" ? ": the update that followed it was cut off" : "";
    if (found) return [{ ...at, kind: "dead", text: `job ${id} on ${node} is ${found.state}${why}` }];
    const elsewhere = nodes.find((one) => one.here?.jobs.some((other) => other.id === id));
    if (!elsewhere) return [{ ...at, kind: "missing", text: `job ${id} is not on ${node}` }];
    return [{ ...at, kind: "moved", text: `job ${id} is on ${elsewhere.node} and should be on ${node}` }];
  });
  const extra = nodes.flatMap(({ node, here }): Drift[] =>
    (here?.jobs ?? [])
      .filter(
        ({ id, state }) => state === "abandoned" && !wanted.some((one) => one.id === id && one.node === node),
      )
      .map(({ id }) => ({
        kind: "extra",
        instance: id,
        node,
        text: `job ${id} on ${node} (abandoned) is not in the state`,
        remedy: `./berth up ${stack}, which goes on with it if the files name it; or  ./berth sweep ${stack} --yes`,
      })),
  );
  return [...differing, ...extra];
}
