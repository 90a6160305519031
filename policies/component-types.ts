// The types of Berth's components, as the engine calls them. A test compares them with the classes: to load those would make a
// pack as slow to start as the program.
export const Node = "berth:components:Node";
export const ExperimentInstance = "berth:components:ExperimentInstance";
export const RayCluster = "berth:components:RayCluster";
export const RayHead = "berth:components:RayHead";
export const RayWorker = "berth:components:RayWorker";
export const RayJob = "berth:components:RayJob";
export const KubernetesNode = "berth:components:KubernetesNode";
export const KubeRayCluster = "berth:components:KubeRayCluster";
export const KubeRayMember = "berth:components:KubeRayMember";
export const SharedRayCluster = "berth:components:SharedRayCluster";

/** Whatever a stack puts something on. */
export const nodeTypes: readonly string[] = [Node, KubernetesNode];

/** Whatever takes room on a node. */
export const instanceTypes: readonly string[] = [ExperimentInstance, RayHead, RayWorker, KubeRayMember];
