import { posix } from "node:path";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Held } from "../topology/observed";
import type { SshNode } from "../topology/ssh-nodes";
import type { CodeTree } from "./code-tree";
import { supervisorDigest } from "./node-program";
import { type Reach, reachEnvironment } from "./reach";
import { remoteCommand } from "./remote-command";
import type { SshAccess } from "./ssh-access";
import type { SyncRequest } from "./sync-code";

export interface NodeArgs {
  /** The machine as the cluster file describes it; policies read its memory and headroom here. */
  readonly machine: SshNode;
  readonly access: SshAccess;
  /** The folder that is there while the machine is given up. */
  readonly gone: string;
  /** Stack of the instances, part of every path on the node. */
  readonly stack: string;
  readonly owner: pulumi.Input<string>;
  /** Code of the experiments: where it lies here, and what of it is copied. @default nothing is copied */
  readonly code?: { readonly root: string; readonly exclude: readonly string[]; readonly tree: CodeTree };
  /** What other stacks hold on the machine; for policies. @default nothing */
  readonly heldByOthers?: readonly Held[];
  /** Whether instances with `network: isolated` come here: then it must be able to. @default false */
  readonly isolated?: boolean;
  /** Whether destroy also removes the logs and results of this stack. @default false */
  readonly purge?: boolean;
}

/**
 * A machine made ready for a stack: checked against its description, given the supervisor and the code.
 *
 * ```ts
 * const node = new Node("rpi1", { machine, access, stack: "hive-cluster", owner });
 * new ExperimentInstance("pessimist", { node, instance, placement }, { dependsOn: node.prepared });
 * ```
 */
export class Node extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:Node";

  /** Done when the machine is fit and has the code. */
  readonly prepared: pulumi.Resource;
  /** Changes when the stack gets another folder, or this one anew: then all that is there has to be done again. */
  readonly place: readonly pulumi.Input<string>[];
  /** What every request to this node begins with. */
  readonly target: pulumi.Output<{ work_dir: string; stack: string; owner: string }>;
  /** How they get there. */
  readonly reach: Reach;

  constructor(
    readonly name: string,
    readonly args: NodeArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(Node.__pulumiType, name, policyView(args), opts);
    const { machine, access, stack, gone } = args;
    this.reach = { node: name, stack, access, gone };
    this.target = pulumi
      .output(args.owner)
      .apply((owner) => ({ work_dir: machine.remoteWorkDir, stack, owner }));
    const preflight = this.preflight();
    this.place = [machine.name, preflight.id];
    this.prepared = args.code ? this.code(args.code, preflight) : preflight;
    this.registerOutputs(policyView(args));
  }

  /** Compares the machine with its description, takes ownership and installs the supervisor; its delete leaves nothing. */
  private preflight(): local.Command {
    const { machine, stack, isolated = false, purge = false } = this.args;
    const { name, ramBytes, diskBytes, cpuCores, arch, unifiedMemory, remoteWorkDir, connection } = machine;
    const node = {
      name,
      ram_bytes: ramBytes,
      disk_bytes: diskBytes,
      cpu_cores: cpuCores,
      arch,
      unified_memory: unifiedMemory,
      isolated,
    };
    const home = remoteWorkDir.startsWith("~") ? [connection.user] : [];
    return remoteCommand(
      `${this.name}-preflight`,
      {
        place: [name, stack, remoteWorkDir, ...home],
        reach: this.reach,
        ensure: "preflight",
        undo: "purge",
        request: this.target.apply((target) => ({ ...target, supervisor: supervisorDigest(), purge, node })),
      },
      { parent: this },
    );
  }

  private code(code: NonNullable<NodeArgs["code"]>, preflight: pulumi.Resource): local.Command {
    const { machine, stack } = this.args;
    const request: SyncRequest = {
      root: code.root,
      exclude: code.exclude,
      digest: code.tree.digest,
      remoteDirectory: posix.join(machine.remoteWorkDir.replace(/^~\/?/, ""), ".berth", stack, "code"),
    };
    const program = "exec node --import tsx components/sync-code.ts";
    return new local.Command(
      `${this.name}-code`,
      {
        create: program,
        update: program,
        environment: reachEnvironment(this.reach, copySeconds),
        stdin: JSON.stringify(request),
        triggers: [...this.place],
        addPreviousOutputInEnv: false,
        logging: "none",
      },
      { parent: this, dependsOn: preflight, deleteBeforeReplace: true },
    );
  }
}

/** Only a floor: rsync keeps its own time. */
const copySeconds = 60;

/** What a policy may judge: plain, known in every preview, without a secret. */
function policyView({ machine, access, stack, heldByOthers = [] }: NodeArgs) {
  const { connection, ...described } = machine;
  return {
    ...described,
    host: connection.host,
    hostKey: access.hostKey,
    ...(access.jump && { jumpHostKey: access.jump.hostKey }),
    stack,
    heldByOthers,
  };
}

export type NodeView = ReturnType<typeof policyView>;
