import { posix } from "node:path";
import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { Node } from "./node";
import { remoteCommand } from "./remote-command";

export interface ExperimentInstanceArgs {
  /** The node it was placed on, made ready. */
  readonly node: Node;
  readonly instance: Instance;
  /** The decision: port, and the memory the instance takes there. */
  readonly placement: Placement;
  /** The start that has to be done before this one, on whichever node. @default none */
  readonly turn?: pulumi.Resource | undefined;
}

/**
 * One supervised process on one node. First a janitor that does nothing but knows how to stop it, then the start:
 * whatever becomes of the start, the state knows whom to stop, and a move stops there before it starts here.
 *
 * ```ts
 * new ExperimentInstance("pessimist", { node, instance, placement }, { dependsOn: [node.prepared] });
 * ```
 */
export class ExperimentInstance extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:ExperimentInstance";

  /** Done when the process runs; the next instance on the same node waits for it. */
  readonly started: local.Command;
  /** The instance's log on its node. */
  readonly logPath: string;

  constructor(name: string, args: ExperimentInstanceArgs, opts?: pulumi.ComponentResourceOptions) {
    const { dependsOn, ...own } = opts ?? {};
    super(ExperimentInstance.__pulumiType, name, policyView(args), own);
    const { node, instance } = args;
    const { machine } = node.args;
    const janitor = remoteCommand(
      `${name}-janitor`,
      {
        place: node.place,
        reach: node.reach,
        undo: "stop",
        request: node.target.apply((target) => ({ ...target, instance: { id: instance.id } })),
      },
      { parent: this, dependsOn },
    );
    const request = node.target.apply((target) => ({ ...target, ...startRequest(args) }));
    this.started = remoteCommand(
      `${name}-start`,
      {
        // Whenever the janitor was replaced, the instance was ended: then it is started, whatever else the state says.
        place: [machine.name, janitor.id],
        reach: node.reach,
        ensure: "start",
        request: Object.keys(instance.env).length > 0 ? pulumi.secret(request) : request,
      },
      { parent: this, dependsOn: args.turn ? [janitor, args.turn] : janitor },
    );
    this.logPath = posix.join(machine.remoteWorkDir, "logs", node.args.stack, `${instance.id}.log`);
    this.registerOutputs({ ...policyView(args), logPath: this.logPath });
  }
}

function startRequest({ instance, placement, node }: ExperimentInstanceArgs) {
  const { machine, code } = node.args;
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
      code: code?.tree.digest ?? null,
      memory_bytes: placement.takes.ramBytes,
      gpu_memory_bytes: placement.takes.gpuMemoryBytes,
      network: instance.network,
      host: machine.connection.host,
      port: placement.port,
      restart: {
        policy: instance.restart.policy,
        attempts: instance.restart.attempts,
        interval_s: instance.restart.intervalSeconds,
        backoff_s: instance.restart.backoffSeconds,
      },
    },
    node: {
      memory_limit_bytes: Math.floor((1 - require) * machine.ramBytes) - coTenants("ramBytes") - unified,
      gpu_memory_limit_bytes: machine.gpuMemoryBytes - coTenants("gpuMemoryBytes"),
      max_instances: machine.maxInstances,
      memory_floor: machine.memoryFloor,
    },
  };
}

/** What a policy may judge: plain, known in every preview. Values of `env` are left out: they may be private. */
function policyView({ instance, placement, node }: ExperimentInstanceArgs) {
  // Not `id`: that is a word of the engine's, and the SDK leaves it out of inputs.
  const { env, id, ...described } = instance;
  return {
    ...described,
    instance: id,
    envNames: Object.keys(env),
    stack: node.args.stack,
    node: placement.node,
    port: placement.port,
    takes: placement.takes,
  };
}

export type InstanceView = ReturnType<typeof policyView>;
