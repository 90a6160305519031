import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../placement/plan";
import { ConfigError } from "../../topology/config-error";
import type { Topology } from "../../topology/topology";
import { BrainNode } from "./brain-node";
import { KubeRayCluster } from "./kube-ray-cluster";
import { KubernetesNamespace } from "./kubernetes-namespace";
import { KubernetesNode } from "./kubernetes-node";
import { kubernetesProvider } from "./kubernetes-provider";
import type { KubernetesTarget } from "./kubernetes-target";
import { SharedRayCluster } from "./shared-ray-cluster";
import { type ClusterOfPods, toKubeRaySpec } from "./to-kube-ray-spec";

/**
 * The part of a plan that Kubernetes makes true: namespaces first, then the clusters in them, all at once. Which pod goes where is
 * for its scheduler to say, within what was planned.
 * @param withRow names of nodes that are a component already, as SSH comes there, too
 */
export function deployKubernetes(
  { cluster, scenario, observed }: Topology,
  plan: Plan,
  withRow: ReadonlySet<string>,
) {
  const stack = pulumi.getStack();
  const described = scenario.rayClusters.filter((one): one is ClusterOfPods => one.kubernetes !== undefined);
  const shared = scenario.sharedRayClusters ?? [];
  if (described.length === 0 && shared.length === 0) return { clusters: [], shared: [] };
  checkStackName(stack);
  const target = targetOf(cluster.kubernetes!);
  const places = plan.placements.map((placement) => ({
    placement,
    instance: scenario.instances.find(({ id }) => id === placement.instance)!,
  }));
  const planned = described.map((one) => {
    const members = places.filter(({ instance }) => instance.ray?.cluster === one.name);
    return { described: one, members, spec: toKubeRaySpec(one, members, cluster.nodes, stack) };
  });
  const used = new Set(planned.flatMap(({ members }) => members.map(({ placement }) => placement.node)));
  const nodes = cluster.nodes
    .filter(({ name }) => used.has(name))
    .map((machine) => {
      const heldByOthers = observed.others.filter(({ node }) => node === machine.name);
      return { machine, stack, heldByOthers };
    });
  for (const args of nodes) if (!withRow.has(args.machine.name)) new KubernetesNode(args.machine.name, args);
  const names = [
    ...planned.map(({ spec }) => spec.namespace),
    ...shared.map(({ client }) => client.namespace),
  ];
  const namespaces = new Map(
    [...new Set(names)].sort().map((name) => {
      const limited = described.some(({ kubernetes: one }) => one.namespace === name && one.limitRange);
      return [name, new KubernetesNamespace(name, { target, stack, limited })];
    }),
  );
  const clusters = planned.map(({ described: { name, kubernetes }, members, spec }) => {
    const { exemption, node, readyTimeoutSeconds: readySeconds } = kubernetes;
    const args = { spec, target, members, readySeconds, ...(exemption && { exemption }) };
    const options = { dependsOn: [...namespaces.get(spec.namespace)!.prepared] };
    const own = nodes.find(({ machine }) => machine.name === node);
    return {
      name,
      cluster: own
        ? new BrainNode(name, { ...args, node: own }, options).cluster
        : new KubeRayCluster(name, args, options),
    };
  });
  return {
    clusters,
    shared: shared.map(({ exemption, ...spec }) => {
      const args = { spec: { ...spec, stack }, target, ...(exemption && { exemption }) };
      const options = { dependsOn: [...namespaces.get(spec.client.namespace)!.prepared] };
      return { name: spec.name, cluster: new SharedRayCluster(spec.name, args, options) };
    }),
  };
}

/** Every object says in a label whose it is: a stack that cannot be one is refused before any of them is. */
function checkStackName(stack: string): void {
  if (/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(stack)) return;
  throw new ConfigError([
    `stack ${stack}: Kubernetes takes names of 1 to 63 letters, digits, '.', '_' and '-' that begin and end with a letter or digit; rename it:  pulumi stack rename NAME --stack ${stack}`,
  ]);
}

/** `berth:render_yaml` of the stack's configuration is a folder that manifests go to instead of an API server. */
function targetOf(access: KubernetesTarget["access"]): KubernetesTarget {
  const renderTo = new pulumi.Config("berth").get("render_yaml");
  const args = { ...access, ...(renderTo && { renderTo }) };
  return { access, provider: kubernetesProvider(args), ...(renderTo && { renderTo }) };
}
