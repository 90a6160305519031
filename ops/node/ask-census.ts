import type { Reach } from "../../components/reach";
import type { SshNode } from "../../topology/ssh-nodes";
import { type Answer, askNode } from "./ask-node";

/** A stack as a node has it. */
export interface StackOnNode {
  readonly stack: string;
  /** Null where nobody says so: its folder is gone or damaged. */
  readonly owner: string | null;
  readonly processes: number;
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    /** It was started as something else, or its files there were changed. */
    readonly edited: boolean;
  }[];
  /** Of Ray. `abandoned`: it runs, and no update follows it. */
  readonly jobs: readonly { readonly id: string; readonly cluster: string; readonly state: string }[];
}

/** Asks one node who is there. `asked`: what instances of the reach's stack were started as. */
export function askCensus(
  node: SshNode,
  reach: Reach,
  asked: readonly object[],
): Promise<Answer<{ readonly stacks: readonly StackOnNode[] }>> {
  const request = { work_dir: node.remoteWorkDir, stack: reach.stack, owner: "", asked };
  return askNode(reach, "census", request);
}
