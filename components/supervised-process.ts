import { posix } from "node:path";
import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { coTenantGpus } from "../topology/co-tenant-gpus";
import { carriedCheckpoint } from "./carried-checkpoint";
import { holding } from "./holding";
import type { Placed } from "./instance-view";
import { remoteCommand } from "./remote-command";

export interface SupervisedProcessArgs extends Placed {
  /** What it runs: a command of the user's, or, without one, a member of a Ray cluster. */
  readonly program: Record<string, unknown>;
  /** What has to be done before this start, on whichever node. @default nothing */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * The resources of one supervised process on one node. First a janitor that does nothing but knows how to stop it, then the
 * start: whatever becomes of the start, the state knows whom to stop, and a move stops there before it starts here.
 */
export function supervisedProcess(
  name: string,
  args: SupervisedProcessArgs,
  { parent, dependsOn }: { parent: pulumi.Resource } & Pick<pulumi.ResourceOptions, "dependsOn">,
): { janitor: local.Command; started: local.Command } {
  const { node, instance, after = [] } = args;
  const carry = instance.checkpoint && carriedCheckpoint(name, args, { parent, dependsOn });
  const deadlineSeconds = 120 + (instance.checkpoint?.timeoutSeconds ?? 0);
  const janitor = remoteCommand(
    `${name}-janitor`,
    {
      // Replaced with it, it has ended the instance before what that wrote is looked for.
      place: carry ? [...node.place, carry.id] : node.place,
      reach: node.reach,
      undo: "stop",
      deadlineSeconds,
      request: node.target.apply((target) => ({ ...target, instance: { id: instance.id } })),
    },
    { parent, dependsOn: carry ?? dependsOn },
  );
  const request = node.target.apply((target) => ({ ...target, ...startRequest(args) }));
  const started = remoteCommand(
    `${name}-start`,
    {
      // Whenever the janitor was replaced, the instance was ended: then it is started, whatever else the state says.
      place: [node.args.machine.name, janitor.id],
      reach: node.reach,
      ensure: "start",
      deadlineSeconds,
      request: Object.keys(instance.env).length > 0 ? pulumi.secret(request) : request,
    },
    { parent, dependsOn: after.length > 0 ? [janitor, ...after] : janitor },
  );
  return { janitor, started };
}

/** The instance's log on its node. */
export function logPathOf({ node, instance }: Placed): string {
  return posix.join(node.args.machine.remoteWorkDir, "logs", node.args.stack, `${instance.id}.log`);
}

function startRequest({ instance, placement, node, program }: SupervisedProcessArgs) {
  const { machine } = node.args;
  const { require } = machine.memoryHeadroom;
  const coTenantBytes = machine.coTenants.reduce((sum, { ramBytes }) => sum + ramBytes, 0);
  const gpuTenants = coTenantGpus(machine);
  const unified = machine.unifiedMemory ? gpuTenants.bytesOnEach + gpuTenants.ownBytes : 0;
  return {
    instance: {
      id: instance.id,
      ...program,
      env: instance.env,
      ...holding(placement),
      network: instance.network,
      host: machine.connection.host,
      port: placement.port,
      ...(instance.checkpoint && {
        checkpoint: {
          signal: instance.checkpoint.signal,
          command: instance.checkpoint.command,
          timeout_s: instance.checkpoint.timeoutSeconds,
        },
      }),
      restart: {
        policy: instance.restart.policy,
        attempts: instance.restart.attempts,
        interval_s: instance.restart.intervalSeconds,
        backoff_s: instance.restart.backoffSeconds,
      },
    },
    node: {
      memory_limit_bytes: Math.floor((1 - require) * machine.ramBytes) - coTenantBytes - unified,
      gpu_memory_limit_bytes:
        Math.max(1, machine.gpus) * (machine.gpuMemoryBytes - gpuTenants.bytesOnEach) - gpuTenants.ownBytes,
      ...(placement.gpuDevices && { gpus: machine.gpus }),
      ...(placement.takes.cpuCores && { cpu_cores: machine.cpuCores }),
      max_instances: machine.maxInstances,
      memory_floor: machine.memoryFloor,
    },
  };
}
