import { posix } from "node:path";
import { local, type remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Node as MachineNode } from "../topology/node";
import type { CodeTree } from "./code-tree";
import { supervisorFiles } from "./node-program";
import { remoteCommand } from "./remote-command";
import type { SshAccess } from "./ssh-access";
import { sshConfig } from "./ssh-config";
import type { SyncRequest } from "./sync-code";

/** Where an instance that takes part in the conversation listens. */
export interface Peer {
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

export interface NodeArgs {
  /** The machine as the cluster file describes it; policies read its memory and headroom here. */
  readonly machine: MachineNode;
  readonly access: SshAccess;
  /** Stack of the instances, part of every path on the node. */
  readonly stack: string;
  readonly owner: pulumi.Input<string>;
  /** Code of the experiments: where it lies here, and what of it is copied. @default nothing is copied */
  readonly code?: { readonly root: string; readonly exclude: readonly string[]; readonly tree: CodeTree };
  /** Ids of the instances planned on this node; others of this stack are stopped before anything starts. */
  readonly instances: readonly string[];
  /** Instances reachable over the network, on all nodes, by id. */
  readonly peers: Readonly<Record<string, Peer>>;
  /** Whether destroy also removes the logs and results of this stack. @default false */
  readonly purge?: boolean;
}

/**
 * A machine made ready for a stack: checked against its description, given the supervisor and the code, told who runs where.
 *
 * ```ts
 * const node = new Node("rpi1", { machine, access, stack: "hive-cluster", owner, instances: ["pessimist"], peers: {} });
 * new ExperimentInstance("pessimist", { … }, { dependsOn: node.ready });
 * ```
 */
export class Node extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:Node";

  /** What must have happened here before anything of the stack may start anywhere. */
  readonly ready: remote.Command;

  constructor(name: string, args: NodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super(Node.__pulumiType, name, policyView(args), opts);
    const preflight = this.preflight(name, args);
    const code = args.code && this.code(name, args, args.code, preflight);
    this.ready = this.roster(name, args, code ?? preflight);
    this.registerOutputs(policyView(args));
  }

  /** Compares the machine with its description, takes ownership and installs the supervisor; its delete leaves nothing. */
  private preflight(name: string, args: NodeArgs): remote.Command {
    const { machine } = args;
    return remoteCommand(
      `${name}-preflight`,
      {
        node: machine.name,
        access: args.access,
        ensure: "preflight",
        undo: "purge",
        request: pulumi.output(args.owner).apply((owner) => ({
          ...target(args, owner),
          program: supervisorFiles(),
          purge: args.purge ?? false,
          node: {
            name: machine.name,
            ram_bytes: machine.ramBytes,
            disk_bytes: machine.diskBytes,
            cpu_cores: machine.cpuCores,
            arch: machine.arch,
          },
        })),
      },
      { parent: this },
    );
  }

  private code(
    name: string,
    args: NodeArgs,
    code: NonNullable<NodeArgs["code"]>,
    after: pulumi.Resource,
  ): local.Command {
    const request: SyncRequest = {
      root: code.root,
      exclude: code.exclude,
      digest: code.tree.digest,
      remoteDirectory: posix.join(
        args.machine.remoteWorkDir.replace(/^~\/?/, ""),
        ".berth",
        args.stack,
        "code",
      ),
      ssh: sshConfig(args.access),
    };
    const program = "exec node --import tsx components/sync-code.ts";
    return new local.Command(
      `${name}-code`,
      {
        create: program,
        update: program,
        stdin: JSON.stringify(request),
        triggers: [args.machine.name],
        addPreviousOutputInEnv: false,
        logging: "none",
      },
      { parent: this, dependsOn: after, deleteBeforeReplace: true },
    );
  }

  /** Ends what the plan no longer has here, so that there is room, and tells the others where to find each other. */
  private roster(name: string, args: NodeArgs, after: pulumi.Resource): remote.Command {
    return remoteCommand(
      `${name}-roster`,
      {
        node: args.machine.name,
        access: args.access,
        ensure: "roster",
        request: pulumi
          .output(args.owner)
          .apply((owner) => ({ ...target(args, owner), keep: args.instances, peers: args.peers })),
      },
      { parent: this, dependsOn: after },
    );
  }
}

const target = (args: NodeArgs, owner: string) => ({
  work_dir: args.machine.remoteWorkDir,
  stack: args.stack,
  owner,
});

/** What a policy may judge: plain, known in every preview, without a secret. */
function policyView({ machine, access, stack }: NodeArgs) {
  const { connection, remoteWorkDir, ...described } = machine;
  return { ...described, host: connection.host, hostKey: access.hostKey, stack, remoteWorkDir };
}
