import type { Placement, Plan } from "../placement/plan";
import type { Observed } from "../topology/observed";

/**
 * What a stack remembers of its plan: the output `plan`, as JSON. Without the reasons: the engine shows every output in full,
 * and the preview has just explained them.
 */
export interface Decision {
  readonly version: 1;
  readonly scenario: string;
  readonly cluster: string;
  /** ISO time since when every instance is where it is. */
  readonly decidedAt: string;
  readonly placements: readonly RememberedPlacement[];
}

/** States from before `onGpu` was remembered have none; what is given out of cores and GPUs is only there where there is some. */
type RememberedPlacement = Pick<
  Placement,
  "instance" | "node" | "score" | "port" | "hints" | "takes" | "gpuDevices"
> &
  Partial<Pick<Placement, "onGpu">>;

/** The decision to remember. Its time is kept as long as nobody moves, so that an update that changes nothing stays one. */
export function decisionOf(plan: Plan, observed: Observed, now: Date): Decision {
  const placements = plan.placements.map(
    ({ instance, node, score, port, hints, takes, onGpu, gpuDevices }) => ({
      instance,
      node,
      score,
      port,
      hints,
      takes,
      onGpu,
      ...(gpuDevices && { gpuDevices }),
    }),
  );
  const stays = placements.every(({ instance, node }) => observed.previous[instance]?.node === node);
  const same = stays && Object.keys(observed.previous).length === placements.length;
  const decidedAt = (same && observed.decidedAt) || now.toISOString();
  return { version: 1, scenario: plan.scenario, cluster: plan.cluster, decidedAt, placements };
}

/** The decision in a stack's output; `undefined` when there is none, or one of another version. */
export function readDecision(output: unknown): Decision | undefined {
  if (typeof output !== "string") return undefined;
  const decision: Decision = JSON.parse(output);
  return decision.version === 1 ? decision : undefined;
}
