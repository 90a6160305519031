import type { RayMember } from "../topology/ray-members";
import type { Availability } from "./availability";
import type { Token } from "./token";

/** One part of a score, out of `max` points. */
export interface ScorePart {
  name: "ram" | "load" | "gpu" | "affinity" | "preferred";
  points: number;
  max: number;
}

/** Why a node did not take an instance. */
export interface Rejection {
  node: string;
  token: Token;
  /** `rule`: an empty node would refuse too, or a rule of the user's says so. `full`: others hold what it needs. */
  kind: "rule" | "full";
  need?: string;
  have?: string;
  text: string;
}

/** A node that would also have worked. */
export interface Candidate {
  node: string;
  score: number;
  parts: ScorePart[];
  /**
   * What decided against it where its score does not: the tie order, or else `stays` (the instance runs where it is),
   * `all together` (others gain more, proven) `made room` (passed over so that all have a place, not proven to be needed)
   * or `packed` (passed over, as all are placed close together).
   */
  decidedBy?:
    | "preferred node"
    | "GPU part"
    | "smaller node"
    | "name"
    | "stays"
    | "all together"
    | "made room"
    | "packed";
}

/** What a placement holds of its node; what is 0 of the optional ones is not there. */
export interface Held {
  ramBytes: number;
  /** Of all its GPUs together. */
  gpuMemoryBytes: number;
  cpuCores?: number;
  /** Whole ones, or a share of one. */
  gpus?: number;
  /** It takes nothing of `max_instances`. */
  slots?: 0;
}

/** An instance's place, with what was known of every other node at the moment of the decision. */
export interface Placement {
  instance: string;
  /** When it was decided, from 1: scores depend on what was already placed. */
  turn: number;
  node: string;
  score: number;
  parts: ScorePart[];
  /** The scenario's `placement:` named the node. */
  manual: boolean;
  /** It ran here before and still does. False on a first run. */
  stays: boolean;
  /** The node it ran on before, when it moved. */
  was?: string;
  /** Why it moved. */
  why?: string;
  /** Only of one that stays, but off the GPU from now on, or on it only now: another memory limit starts it anew. */
  wasOnGpu?: boolean;
  /** Its own wishes as text, to be given back as `PreviousPlacement.hints`: a change lets it be decided anew. */
  hints: string;
  /** Only with `network: peers`, or, the first of a block, of a member of a Ray cluster. */
  port?: number;
  /** Only of a member of a Ray cluster. */
  ray?: RayMember;
  /** Only of a pod: then the plan is what fits, and Kubernetes decides. */
  launcher?: "kuberay";
  /** `ramBytes` is what leaves the node's RAM: on unified memory the GPU memory is in it. On the CPU `gpuMemoryBytes` is 0. */
  takes: Held;
  onGpu: boolean;
  /** Its GPUs by index, where the node has several or it says how many `gpus` it takes. */
  gpuDevices?: number[];
  /** Those it had before; only of one that stays with others. */
  wasGpuDevices?: number[];
  /** Best first. */
  others: Candidate[];
  /** By node name. */
  rejections: Rejection[];
}

export interface Unplaced {
  instance: string;
  turn: number;
  /** Every node, by name. */
  rejections: Rejection[];
}

/** What stands against a plan that leaves something out. */
export interface Conflict {
  /** Whether it is certain that no full placement exists. */
  proven: boolean;
  /**
   * What is known of the instances: `smallest`: no fewer conflict; `irreducible`: none of them can be left out; `some`: they
   * conflict, perhaps fewer of them do. Only when proven.
   */
  claim?: "smallest" | "irreducible" | "some";
  /** Instances that do not fit together; by id. */
  instances: string[];
  /** A sentence about them. */
  text: string;
  /** What would help: one sentence each, the most useful first. */
  help: string[];
}

/** What a better placement might have that was not found and is not ruled out. */
export interface Gap {
  /** So many moves fewer at most. */
  moves: number;
  /** A higher sum of scores, in percent of the best that might be. */
  scorePercent: number;
}

/** The same of a plan that is `packed`. */
export interface PackingGap {
  /** So many moves fewer at most. */
  moves: number;
  /** So many fewer at most without the GPU that they would prefer, with no more moves. */
  withoutGpu: number;
  /**
   * Nodes left empty that are worth more, in percent of the best that might be, with no fewer who stay or get the GPU they
   * would prefer. A node counts 1, its GPU 1 more, and its room up to 1 more. Undefined: the plan is too large to say.
   */
  blocksPercent?: number;
}

/** What another stack holds on a node. */
export interface OtherStack {
  stack: string;
  instances: number;
  ramBytes: number;
  gpuMemoryBytes: number;
}

/** What a node holds once everything is placed. */
export interface NodeLoad {
  node: string;
  ramBytes: number;
  reservedBytes: number;
  coTenantBytes: number;
  placedBytes: number;
  /** By stack. */
  others: OtherStack[];
  unifiedMemory: boolean;
  /** Of all its GPUs together, as are those that follow. */
  gpuMemoryBytes: number;
  gpuCoTenantBytes: number;
  gpuPlacedBytes: number;
  /** Only with more than one. */
  gpus?: number;
  /** Cores it has and cores that are given out, by whomever; only where some are. */
  cpu?: { cores: number; held: number };
  instances: number;
  maxInstances: number;
  /** Slots taken, by whomever; only where some instances take none. */
  slots?: number;
  /** What ours and co-tenants may hold together: (1 − required headroom) of RAM. */
  headroomLimitBytes: number;
  status: Availability["status"];
  /** Why it has that status, where the facts say so. */
  statusReason?: string;
  /** What the facts say, and what was to be free at that moment: declared RAM without what is known to be held. */
  live?: { availableBytes: number; expectedBytes: number };
  /** Sentences about what is allowed but not advised; they decide nothing. */
  advice: string[];
}

/** The decision: a value. Instances by id, nodes by name. */
export interface Plan {
  scenario: string;
  cluster: string;
  placements: Placement[];
  unplaced: Unplaced[];
  nodes: NodeLoad[];
  /**
   * `greedy`: one after the other to its best node. `exact`: proven to be the best of all placements. `repaired`: all
   * placed, and how far from the best that may be is the `gap`. `packed`: close together, as the scenario's
   * strategy says.
   */
  method: "greedy" | "exact" | "repaired" | "packed";
  /** Only of what is `repaired`. */
  gap?: Gap;
  /** Only of what is `packed`. */
  packingGap?: PackingGap;
  /** Only when something is left out. */
  conflict?: Conflict;
  /** The age of what the machines said; undefined: nobody asked them. */
  factsAgeSeconds?: number;
}
