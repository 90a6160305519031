// Types of Kubernetes' objects, as the engine calls them, that have pods in them or stand behind them.
export const RayClusterObject = "kubernetes:ray.io/v1:RayCluster";
export const PriorityClass = "kubernetes:scheduling.k8s.io/v1:PriorityClass";
const pod = "kubernetes:core/v1:Pod";
const withTemplate = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:batch/v1:Job",
];

/** Whatever pods are made of. */
export const podTypes: readonly string[] = [RayClusterObject, pod, ...withTemplate];
