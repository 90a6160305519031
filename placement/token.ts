interface Meaning {
  /** Why the node did not take the instance. */
  readonly meaning: string;
  readonly kinds: readonly ("rule" | "full")[];
  /** What `need` and `have` are; undefined: neither is there. */
  readonly need?: string;
  readonly have?: string;
}

/**
 * Fixed words for machines, in the order of their precedence: of all reasons of a node the first `rule` is told, and only
 * where no rule refuses the first `full`.
 */
export const tokens = {
  NodeGone: {
    meaning: "The node was given up with `./berth gone`",
    kinds: ["rule"],
    need: "`there`",
    have: "`gone`",
  },
  NodeNotHealthy: {
    meaning: "Its status takes nothing new, or gives up what it has",
    kinds: ["rule"],
    need: "`healthy`",
    have: "the status",
  },
  WrongLauncher: {
    meaning: "The instance is a pod and the node none of Kubernetes, or only Kubernetes reaches the node",
    kinds: ["rule"],
    need: "`Kubernetes` or `SSH`",
    have: "what reaches the node",
  },
  BoundElsewhere: {
    meaning: "`kubernetes.node` of its Ray cluster names another node",
    kinds: ["rule"],
    need: "the node that is named",
    have: "this node",
  },
  PinnedElsewhere: {
    meaning: "The scenario's `placement:` names another node",
    kinds: ["rule"],
    need: "the node that is named",
    have: "this node",
  },
  MayNotMove: {
    meaning: "The instance runs elsewhere, and `allow_moves` is false",
    kinds: ["rule"],
    need: "the node it runs on",
    have: "this node",
  },
  NoFreePort: {
    meaning:
      "`network: peers`, and no port of the cluster's range is left for the instance; or it is a member of a Ray cluster, and no 64 are",
    kinds: ["rule"],
    need: "`1 port` or `64 ports`",
    have: "`0 ports`",
  },
  NoGpu: {
    meaning: "`gpu: required`, and the node has none",
    kinds: ["rule"],
    need: "`a GPU`",
    have: "`none`",
  },
  WrongGpuModel: {
    meaning: "The instance's `gpu_model` is not the node's",
    kinds: ["rule"],
    need: "the instance's",
    have: "the node's, or `not declared`",
  },
  AntiAffinity: {
    meaning: "An instance it must not be beside is already there",
    kinds: ["rule"],
    need: "`not beside` and that instance",
    have: "that instance",
  },
  NoFreeSlot: {
    meaning: "`max_instances` are there, of this stack or others",
    kinds: ["full"],
    need: "`1 slot`",
    have: "`0 slots`",
  },
  InsufficientCpu: {
    meaning: "Too few cores left of the node's `cpu_cores`",
    kinds: ["rule", "full"],
    need: "the instance's",
    have: "what is left; as a rule: what an empty node has",
  },
  InsufficientGpus: {
    meaning: "Too few GPUs, or too small a share of each",
    kinds: ["rule", "full"],
    need: "the instance's",
    have: "what is left: GPUs, or the most of one; as a rule: what an empty node has",
  },
  InsufficientGpuMemory: {
    meaning: "Too little GPU memory, on each GPU that it needs",
    kinds: ["rule", "full"],
    need: "the instance's",
    have: "what is left; as a rule: what an empty node has",
  },
  InsufficientRam: {
    meaning: "Too little RAM beside co-tenants and what is kept for the operating system",
    kinds: ["rule", "full"],
    need: "the instance's; on unified memory with its GPU memory",
    have: "what is left; as a rule: what an empty node has",
  },
  InsufficientHeadroom: {
    meaning: "It would eat into the headroom that must stay free (`memory_headroom.require`)",
    kinds: ["rule", "full"],
    need: "the instance's; on unified memory with its GPU memory",
    have: "what is left outside the headroom; as a rule: what an empty node has",
  },
  NeededByOthers: {
    meaning: "It would fit, but then others would have no place or would have to move; only after a search",
    kinds: ["full"],
  },
} as const satisfies Record<string, Meaning>;

export type Token = keyof typeof tokens;
