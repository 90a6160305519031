import type { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { RayCluster } from "../topology/ray-cluster";
import type { Placed } from "./instance-view";
import { type RayAddress, raySpec } from "./ray-spec";
import { remoteCommand } from "./remote-command";
import { supervisedProcess } from "./supervised-process";

export interface RayMemberArgs extends Placed {
  readonly cluster: RayCluster;
  readonly head: RayAddress;
  /** What every request within the cluster carries; it reaches the node in a request and nowhere else. */
  readonly token: pulumi.Output<string>;
  /** Changes when any member of the cluster is about to be started anew: then it is asked anew whether all are there. */
  readonly formation: string;
  /** The start that has to be done before this one, on whichever node. @default none */
  readonly turn?: pulumi.Resource | undefined;
}

/** What a node has: Ray lets nobody join whose versions differ, be it in Python's last number. */
export interface RayVersions {
  readonly python: string;
  readonly ray: string;
}

/**
 * The resources of one member: the environment, whose delete leaves nothing of the cluster on the node, the process, and the
 * wait until it has joined.
 * @param after for a worker: its head, joined, and what that has installed
 */
export function rayMember(
  name: string,
  args: RayMemberArgs,
  after: { readonly joined: pulumi.Resource; readonly versions: pulumi.Output<RayVersions> } | undefined,
  { parent, dependsOn }: { parent: pulumi.Resource } & Pick<pulumi.ResourceOptions, "dependsOn">,
): { versions: pulumi.Output<RayVersions>; joined: local.Command } {
  const { node, cluster, head, instance, placement, turn } = args;
  const environment = remoteCommand(
    `${name}-environment`,
    {
      place: node.place,
      reach: node.reach,
      ensure: "ray-environment",
      undo: "ray-remove",
      request: environmentRequest(args, after?.versions),
    },
    { parent, dependsOn },
  );
  const before = [...(turn ? [turn] : []), ...(after ? [after.joined] : [])];
  const { host } = node.args.machine.connection;
  const ray = raySpec(cluster, { instance, placement, host }, head);
  const { janitor, started } = supervisedProcess(
    name,
    { ...args, program: { code: null, ray }, after: before },
    { parent, dependsOn: environment },
  );
  const awaited = {
    cluster: cluster.name,
    member: instance.id,
    role: instance.ray!.role,
    wait_s: joinSeconds,
  };
  const joined = remoteCommand(
    `${name}-joined`,
    {
      place: [node.args.machine.name, janitor.id, args.formation],
      reach: node.reach,
      ensure: "ray-joined",
      request: node.target.apply((target) => ({ ...target, ray: awaited })),
    },
    { parent, dependsOn: started },
  );
  return { versions: environment.stdout.apply(versionsIn), joined };
}

/** A head takes 20 s on a quiet machine of two cores, and the deadline of the verb is longer. */
const joinSeconds = 180;

function environmentRequest(
  { node, instance, cluster, token }: RayMemberArgs,
  expect: pulumi.Output<RayVersions> | undefined,
) {
  const { name, version, python, requirements, wheels, redis } = cluster;
  return pulumi.secret(
    pulumi.all([node.target, token, expect]).apply(([target, secret, versions]) => ({
      ...target,
      ray: {
        cluster: name,
        version,
        python,
        requirements,
        wheels,
        redis: redis && instance.ray!.role === "head",
        token: secret,
        expect: versions,
      },
    })),
  );
}

function versionsIn(answer: string): RayVersions {
  const { python, ray } = JSON.parse(answer);
  return { python, ray };
}
