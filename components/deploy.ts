import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Placement, Plan } from "../placement/plan";
import type { Instance } from "../topology/instance";
import { sshNodes } from "../topology/ssh-nodes";
import type { Topology } from "../topology/topology";
import { codeTree } from "./code-tree";
import { decisionOf } from "./decision";
import { ExperimentInstance } from "./experiment-instance";
import { goneFolder } from "./gone-folder";
import { deployKubernetes } from "./kubernetes/deploy-kubernetes";
import type { KubeRayCluster } from "./kubernetes/kube-ray-cluster";
import { Node } from "./node";
import { RayCluster } from "./ray-cluster";
import { RayJob } from "./ray-job";
import { type Peer, roster } from "./roster";
import { sshAccess } from "./ssh-access";
import { stackOwner } from "./stack-owner";

/**
 * Makes the plan true: a loop over its placements, which decides nothing. Returns the stack's outputs.
 * On each node everything stands in one row (preflight, code, roster, then instance after instance), so that no node ever
 * serves two commands at once and destroy takes the row backwards; nothing is ended before every node is prepared, and
 * nothing starts before every roster is kept. With `max_unavailable` a start also waits for the one so many turns before it.
 * Ray jobs come after everything else, one after the other where they share a head's node. What Kubernetes
 * makes true stands in no row.
 * Throws ConfigError when a machine cannot be reached safely.
 */
export function deploy({ cluster, scenario, observed }: Topology, plan: Plan) {
  const stack = pulumi.getStack();
  const owner = stackOwner();
  const byId = new Map(scenario.instances.map((instance): [string, Instance] => [instance.id, instance]));
  const overSsh = plan.placements.filter(({ instance }) => byId.get(instance)!.launcher !== "kuberay");
  const machines = sshNodes(cluster).filter((machine) => overSsh.some(({ node }) => node === machine.name));
  const access = sshAccess(Object.fromEntries(machines.map((machine) => [machine.name, machine.connection])));
  const code = scenario.code && {
    root: scenario.code.localPath,
    exclude: scenario.code.exclude,
    tree: codeTree(scenario.code.localPath, scenario.code.exclude),
  };
  const nodes = machines.map((machine) => {
    const { name } = machine;
    const gone = join(goneFolder(), cluster.name, name);
    const heldByOthers = observed.others.filter(({ node }) => node === name);
    const isolated = placedOn(overSsh, name).some(
      ({ instance }) => byId.get(instance)!.network === "isolated",
    );
    return new Node(name, {
      machine,
      access: access.get(name)!,
      gone,
      stack,
      owner,
      code,
      heldByOthers,
      isolated,
      purge: scenario.purge,
    });
  });
  const prepared = nodes.map((node) => node.prepared);
  const hostOf = new Map(machines.map(({ name, connection }) => [name, connection.host]));
  const peers = peersOf(overSsh, byId, hostOf);
  const longestCheckpoint = Math.max(
    0,
    ...scenario.instances.map(({ checkpoint }) => checkpoint?.timeoutSeconds ?? 0),
  );
  const rosters = nodes.map((node) =>
    roster(node, placedOn(overSsh, node.name), peers, prepared, longestCheckpoint),
  );
  const places = inOrder(overSsh, byId).map((placement) => ({
    placement,
    node: nodes.find(({ name }) => name === placement.node)!,
    instance: byId.get(placement.instance)!,
  }));
  const rayClusters = scenario.rayClusters
    .filter(({ kubernetes }) => !kubernetes)
    .map((one) => {
      const members = places.filter(({ instance }) => instance.ray?.cluster === one.name);
      return new RayCluster(one.name, { cluster: one, members });
    });
  const clusterOf = (cluster: string) => rayClusters.find(({ args }) => args.cluster.name === cluster)!;
  const starts: pulumi.CustomResource[] = [];
  const logPaths = new Map<string, string>();
  const atOnce = scenario.update?.maxUnavailable ?? places.length;
  for (const [turn, place] of places.entries()) {
    const { node, instance } = place;
    const args = { ...place, turn: starts[turn - atOnce] };
    const before = starts[places.findLastIndex((one, at) => at < turn && one.node === node)];
    const options = { dependsOn: before ?? rosters };
    const { started, logPath } = instance.ray
      ? clusterOf(instance.ray.cluster).join(args, options)
      : new ExperimentInstance(instance.id, args, options);
    starts.push(started);
    logPaths.set(instance.id, logPath);
  }
  const rayJobs: RayJob[] = [];
  for (const job of scenario.rayJobs) {
    const args = { job, cluster: clusterOf(job.cluster) };
    const before = rayJobs.findLast((one) => one.node === args.cluster.leader.node);
    rayJobs.push(new RayJob(job.name, args, { dependsOn: before ? [...starts, before.done] : starts }));
  }
  const pods = deployKubernetes({ cluster, scenario, observed }, plan, new Set(hostOf.keys()));
  // Outputs that wait for every start describe the last success: after a failure the earlier ones stay.
  const started = pulumi.all(
    [...starts, ...pods.clusters.map(({ cluster: { ready } }) => ready)].map(({ id }) => id),
  );
  const placements = Object.fromEntries(plan.placements.map(({ instance, node }) => [instance, node]));
  const decision = JSON.stringify(decisionOf(plan, observed, new Date()));
  const instances = Object.fromEntries(
    overSsh.map(({ instance, node, port }) => [
      instance,
      { node, address: hostOf.get(node)!, port, logPath: logPaths.get(instance)! },
    ]),
  );
  return {
    placements,
    instances,
    ...(scenario.rayClusters.length > 0 && {
      rayClusters: Object.fromEntries<ReturnType<RayCluster["outputs"] | KubeRayCluster["outputs"]>>([
        ...rayClusters.map((one) => [one.args.cluster.name, one.outputs()] as const),
        ...pods.clusters.map(({ name, cluster: one }) => [name, one.outputs()] as const),
      ]),
    }),
    ...(pods.shared.length > 0 && {
      sharedRayClusters: Object.fromEntries(
        pods.shared.map(({ name, cluster: one }) => [name, one.outputs()]),
      ),
    }),
    ...(rayJobs.length > 0 && {
      rayJobs: Object.fromEntries(rayJobs.map((one) => [one.args.job.name, one.outputs()])),
    }),
    plan: started.apply(() => decision),
  };
}

/** Heads of Ray clusters, then workers, then all others: whatever one waits for comes before it, on every node. */
function inOrder(placements: readonly Placement[], byId: ReadonlyMap<string, Instance>): Placement[] {
  const roles = ["head", "worker", undefined];
  return roles.flatMap((role) => placements.filter(({ instance }) => byId.get(instance)!.ray?.role === role));
}

const placedOn = (placements: readonly Placement[], node: string): Placement[] =>
  placements.filter((placement) => placement.node === node);

function peersOf(
  placements: readonly Placement[],
  byId: ReadonlyMap<string, Instance>,
  hostOf: ReadonlyMap<string, string>,
): Record<string, Peer> {
  return Object.fromEntries(
    placements.flatMap(({ instance, node, port }) =>
      port === undefined || byId.get(instance)!.network !== "peers"
        ? []
        : [[instance, { node, host: hostOf.get(node)!, port }]],
    ),
  );
}
