import type { StackOnNode } from "../node/ask-census";
import type { StackState } from "../stack/state";
import { jobFindings } from "./jobs";

/** Something that is not as the state says. */
export interface Drift {
  readonly kind: "dead" | "missing" | "moved" | "edited" | "code" | "extra" | "foreign";
  readonly instance?: string;
  readonly node: string;
  readonly text: string;
  /** What to type. */
  readonly remedy: string;
}

/** What a node has of the stack; undefined: nothing. */
export interface Found {
  readonly node: string;
  readonly here: StackOnNode | undefined;
  /** Files of the code that are not as they were copied. */
  readonly editedFiles: readonly string[];
}

const gone: readonly string[] = ["dead", "failed", "evicted", "stopped"];

/** Compares what the state says with what the nodes have that answered. What completed is no drift. */
export function driftFindings(stack: string, state: StackState, nodes: readonly Found[]): Drift[] {
  const replace = (...names: string[]) =>
    `./berth up ${stack} -- ${names.map((name) => `--replace '**::${name}'`).join(" ")}`;
  const sweep = `./berth sweep ${stack} --yes`;
  const foreign = nodes.flatMap(({ node, here }): Drift[] => {
    if (!here?.owner || state.owner === undefined || here.owner === state.owner) return [];
    const text = `${stack} on ${node} belongs to ${here.owner}`;
    return [{ kind: "foreign", node, text, remedy: "destroy it from there" }];
  });
  const started = state.started.flatMap(({ instance: { id }, node }): Drift[] => {
    const place = nodes.find((one) => one.node === node);
    if (!place || foreign.some((one) => one.node === node)) return [];
    const found = place.here?.instances.find((one) => one.id === id);
    const remedy = replace(`${id}-start`);
    if (found?.state === "fenced")
      return [
        {
          kind: "dead",
          instance: id,
          node,
          text: `${id} on ${node} is fenced: nobody has watched it for longer than its lease`,
          remedy: `./berth watch ${stack}, or  ${remedy}`,
        },
      ];
    if (found && gone.includes(found.state))
      return [{ kind: "dead", instance: id, node, text: `${id} on ${node} is ${found.state}`, remedy }];
    if (found?.edited)
      return [
        { kind: "edited", instance: id, node, text: `${id} on ${node} is not as it was started`, remedy },
      ];
    if (found) return [];
    const elsewhere = nodes.find((one) => one.here?.instances.some((other) => other.id === id));
    const text = elsewhere
      ? `${id} is on ${elsewhere.node} and should be on ${node}`
      : `${id} is not on ${node}`;
    return [{ kind: elsewhere ? "moved" : "missing", instance: id, node, text, remedy }];
  });
  const extra = nodes.flatMap(({ node, here }): Drift[] =>
    (foreign.some((one) => one.node === node) ? [] : (here?.instances ?? []))
      .filter(({ id }) => !state.known.some((one) => one.instance === id && one.node === node))
      .map(({ id, state: now }) => ({
        kind: "extra",
        instance: id,
        node,
        text: `${id} on ${node} (${now}) is not in the state`,
        remedy: sweep,
      })),
  );
  const code = nodes.flatMap(({ node, editedFiles }): Drift[] => {
    if (editedFiles.length === 0) return [];
    const users = state.started
      .filter((one) => one.node === node)
      .map(({ instance }) => `${instance.id}-start`);
    const text = `the code on ${node} was edited: ${editedFiles.join(", ")}`;
    return [{ kind: "code", node, text, remedy: replace(`${node}-code`, ...users) }];
  });
  const judged = nodes.filter(({ node }) => !foreign.some((one) => one.node === node));
  return [...foreign, ...started, ...extra, ...jobFindings(stack, state.jobs, judged), ...code];
}
