import type { Reach } from "../../components/reach";
import type { NodeFacts } from "../../topology/facts";
import type { SshNode } from "../../topology/ssh-nodes";
import { type Answer, askNode } from "./ask-node";

/** What a node measured of itself; sizes in bytes, null where the machine does not tell. */
export interface Measured {
  readonly ram_bytes: number;
  readonly mem_available_bytes: number;
  readonly disk_bytes: number;
  readonly disk_free_bytes: number;
  readonly cpu_cores: number;
  /** Processes that ran or wanted to, on average over the last minute. */
  readonly load_1m: number;
  readonly temperature_c: number | null;
}

/** A GPU; null for what a Jetson or a GB10 does not tell. */
export interface Gpu {
  readonly index: number;
  readonly name: string;
  readonly busy_percent: number | null;
  readonly memory_used_bytes: number | null;
  readonly memory_bytes: number | null;
}

export interface FactsAnswer {
  readonly facts: Measured;
  readonly gpus: readonly Gpu[];
  readonly notes: string[];
  /** What is to be held by whom, of all stacks; `used_bytes` is what it really holds, null when it has just ended. */
  readonly holdings: (NodeFacts["holdings"][number] & { readonly used_bytes: number | null })[];
  /** Instances of all stacks that do not run and should. */
  readonly unwell: { readonly stack: string; readonly instance: string; readonly state: string }[];
}

/** Asks one node how it is. Never throws for what is wrong over there. */
export function askFacts(node: SshNode, reach: Reach): Promise<Answer<FactsAnswer>> {
  return askNode(reach, "facts", {
    work_dir: node.remoteWorkDir,
    stack: reach.stack,
    owner: "",
    node: { unified_memory: node.unifiedMemory },
    now: Date.now() / 1000,
  });
}
