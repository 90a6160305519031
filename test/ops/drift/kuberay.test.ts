import { expect, it } from "vitest";
import { kubeRayDrift } from "../../../ops/drift/kuberay";
import type { Pod, RayClusterObject } from "../../../ops/kubernetes/objects";

const wanted = (more: object = {}) => ({
  metadata: { name: "brain", namespace: "cognition" },
  spec: {
    __defaults: [],
    rayVersion: "2.60.0",
    ...more,
    workerGroupSpecs: [{ groupName: "gpu", replicas: 2, template: { memory: "16G" } }],
  },
});

const found = (spec: object = {}, more: Partial<RayClusterObject["metadata"]> = {}): RayClusterObject => ({
  metadata: { name: "brain", namespace: "cognition", generation: 1, ...more },
  spec: {
    rayVersion: "2.60.0",
    addedByTheServer: true,
    workerGroupSpecs: [
      { groupName: "gpu", replicas: 2, template: { memory: "16G", cpu: "1" }, scaleStrategy: {} },
    ],
    ...spec,
  },
  status: { observedGeneration: 1, state: "ready", desiredWorkerReplicas: 2, readyWorkerReplicas: 2 },
});

const drift = (one: ReturnType<typeof wanted>[], clusters: RayClusterObject[], pods: Pod[] = []) =>
  kubeRayDrift("brain-node", one, { context: "brain", clusters, pods });

const at = { instance: "brain", node: "kubernetes/cognition" };
const remedy = "./berth up brain-node -- --refresh";

it("says nothing of what is as asked for, with what server and operator added", () => {
  expect(drift([wanted()], [found()])).toEqual([]);
  expect(drift([], [])).toEqual([]);
});

it("names what is missing, and every path that was edited", () => {
  expect(drift([wanted()], [])).toEqual([
    { ...at, kind: "missing", text: "RayCluster brain in cognition is not there", remedy },
  ]);
  const groups = [{ groupName: "gpu", replicas: 3, template: { memory: "24G" } }];
  expect(drift([wanted()], [found({ rayVersion: "2.61.0", workerGroupSpecs: groups })])).toEqual([
    {
      ...at,
      kind: "edited",
      text: "RayCluster brain in cognition was edited: rayVersion, workerGroupSpecs[0].replicas, workerGroupSpecs[0].template.memory",
      remedy,
    },
  ]);
  const [more] = drift([wanted()], [found({ workerGroupSpecs: [] })]);
  expect(more!.text).toBe("RayCluster brain in cognition was edited: workerGroupSpecs");
});

it("leaves the number of workers to Ray's autoscaler where it decides", () => {
  const scaled = { enableInTreeAutoscaling: true };
  const groups = [{ groupName: "gpu", replicas: 3, template: { memory: "16G" } }];
  expect(drift([wanted(scaled)], [found({ ...scaled, workerGroupSpecs: groups })])).toEqual([]);
});

it("names one that is not ready, with what it waits for", () => {
  expect(drift([wanted()], [found({}, { generation: 2 })])).toEqual([
    {
      ...at,
      kind: "dead",
      text: "RayCluster brain in cognition is unseen: the operator has not looked at it: does it run, and does it take this version of Ray? Its events tell",
      remedy: "./berth status brain-node",
    },
  ]);
});

it("names what is too much: a RayCluster that is not in the state, a pod of none", () => {
  const pod = (cluster: string, stack: string): Pod => ({
    metadata: {
      name: `${cluster}-head`,
      namespace: "cognition",
      labels: { "ray.io/cluster": cluster, "berth.dev/stack": stack },
    },
    spec: { containers: [] },
  });
  const pods = [pod("brain", "brain-node"), pod("old", "brain-node"), pod("old", "another")];
  expect(drift([wanted()], [found(), found({}, { name: "spare" })], pods)).toEqual([
    {
      kind: "extra",
      instance: "spare",
      node: "kubernetes/cognition",
      text: "RayCluster spare in cognition is not in the state",
      remedy: "kubectl --context brain --namespace cognition delete raycluster spare",
    },
    {
      kind: "extra",
      instance: "old-head",
      node: "kubernetes/cognition",
      text: "pod old-head in cognition is of no RayCluster",
      remedy: "kubectl --context brain --namespace cognition delete pod old-head",
    },
  ]);
});
