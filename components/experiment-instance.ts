import { posix } from "node:path";
import type { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { Node as MachineNode } from "../topology/node";
import { remoteCommand } from "./remote-command";
import type { SshAccess } from "./ssh-access";

export interface ExperimentInstanceArgs {
  readonly instance: Instance;
  /** The decision: node, port, and the memory the instance takes there. */
  readonly placement: Placement;
  readonly machine: MachineNode;
  readonly access: SshAccess;
  readonly stack: string;
  readonly owner: pulumi.Input<string>;
  /** Digest of the code the instance runs. @default the node's work directory, as it is */
  readonly code?: string;
}

/**
 * One supervised process on one node. First a janitor that does nothing but knows how to stop it, then the start:
 * whatever becomes of the start, the state knows whom to stop, and a move stops there before it starts here.
 *
 * ```ts
 * new ExperimentInstance("pessimist", { instance, placement, machine, access, stack: "hive-cluster", owner }, { dependsOn: [node.ready] });
 * ```
 */
export class ExperimentInstance extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:ExperimentInstance";

  /** Done when the process runs; the next instance on the same node waits for it. */
  readonly started: remote.Command;
  /** The instance's log on its node. */
  readonly logPath: string;

  constructor(name: string, args: ExperimentInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(ExperimentInstance.__pulumiType, name, policyView(args), own);
    const janitor = this.command(`${name}-janitor`, args, { undo: "stop" }, dependsOn);
    this.started = this.command(`${name}-start`, args, { ensure: "start" }, janitor);
    this.logPath = posix.join(args.machine.remoteWorkDir, "logs", `${args.instance.id}.log`);
    this.registerOutputs({ ...policyView(args), logPath: this.logPath });
  }

  private command(
    name: string,
    args: ExperimentInstanceArgs,
    verbs: { ensure: "start" } | { undo: "stop" },
    dependsOn: pulumi.ResourceOptions["dependsOn"],
  ): remote.Command {
    const request = pulumi.output(args.owner).apply((owner) => ({
      work_dir: args.machine.remoteWorkDir,
      stack: args.stack,
      owner,
      ...("ensure" in verbs ? startRequest(args) : { instance: { id: args.instance.id } }),
    }));
    return remoteCommand(
      name,
      { node: args.machine.name, access: args.access, ...verbs, request },
      { parent: this, dependsOn },
    );
  }
}

function startRequest({ instance, placement, machine, code }: ExperimentInstanceArgs) {
  const { require } = machine.memoryHeadroom;
  const coTenants = (pool: "ramBytes" | "gpuMemoryBytes") =>
    machine.coTenants.reduce((sum, tenant) => sum + tenant[pool], 0);
  const unified = machine.unifiedMemory ? coTenants("gpuMemoryBytes") : 0;
  return {
    instance: {
      id: instance.id,
      command: instance.command,
      env: instance.env,
      config: instance.configPath,
      code: code ?? null,
      memory_bytes: placement.takes.ramBytes,
      gpu_memory_bytes: placement.takes.gpuMemoryBytes,
      network: instance.network,
      host: machine.connection.host,
      port: placement.port,
      restart: {
        policy: instance.restart.policy,
        attempts: instance.restart.attempts,
        backoff_s: instance.restart.backoffSeconds,
      },
    },
    node: {
      memory_limit_bytes: Math.floor((1 - require) * machine.ramBytes) - coTenants("ramBytes") - unified,
      gpu_memory_limit_bytes: machine.gpuMemoryBytes - coTenants("gpuMemoryBytes"),
      max_instances: machine.maxInstances,
    },
  };
}

/** What a policy may judge: plain, known in every preview. Values of `env` are left out: they may be private. */
function policyView({ instance, placement, stack }: ExperimentInstanceArgs) {
  const { env, ...described } = instance;
  return {
    ...described,
    envNames: Object.keys(env),
    stack,
    node: placement.node,
    port: placement.port,
    takes: placement.takes,
  };
}
