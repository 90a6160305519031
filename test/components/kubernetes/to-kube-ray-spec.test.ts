import { expect, test } from "vitest";
import { type PlannedMember, toKubeRaySpec } from "../../../components/kubernetes/to-kube-ray-spec";
import type { RayMember } from "../../../topology/ray-members";
import { aNode, anInstance, gb } from "../../support/topology";

const member = {
  cluster: "mind",
  heapBytes: gb(3),
  objectStoreBytes: gb(1),
  ownBytes: gb(0.8),
  cpus: 2,
  gpus: 0,
};
const at = (id: string, node: string, role: RayMember["role"], gpuModel?: string) =>
  ({
    instance: anInstance({ id, ray: { ...member, role }, ...(gpuModel && { gpuModel }) }),
    placement: { instance: id, node },
  }) as PlannedMember;

const nodes = [
  aNode({ name: "Tower", arch: "amd64", kubernetesNode: "tower", gpuModel: "RTX 3090" }),
  aNode({ name: "spare", arch: "amd64", kubernetesNode: "spare", status: "MAINTENANCE" }),
  aNode({ name: "brain", arch: "arm64", kubernetesNode: "hw-brain-01" }),
  aNode({ name: "rpi1", arch: "arm64" }),
];
const kubernetes = {
  namespace: "lab",
  objectName: "mind",
  groups: [
    {
      name: "cpu",
      objectName: "cpu",
      count: 2,
      scale: { min: 1, max: 4 },
      members: ["mind-cpu-0", "mind-cpu-1", "mind-cpu-2", "mind-cpu-3"],
    },
  ],
  images: {},
  priority: -100,
  egress: "cluster" as const,
  limitRange: false,
  clients: [],
  idleTimeoutSeconds: 60,
  readyTimeoutSeconds: 600,
};
const cluster = {
  name: "mind",
  version: "2.60.0",
  requirements: [],
  healthChecks: "default" as const,
  memoryThreshold: 0.8,
  redis: false,
  kubernetes,
};
const workers = (...on: string[]) => on.map((node, at0) => at(`mind-cpu-${at0}`, node, "worker"));
const specOf = (members: readonly PlannedMember[], changes: object = {}) =>
  toKubeRaySpec({ ...cluster, kubernetes: { ...kubernetes, ...changes } }, members, nodes, "mine");
const shown = (members: readonly PlannedMember[], changes?: object) =>
  specOf(members, changes).workers.map(({ name, replicas, scale, nodes: on, planned }) => ({
    name,
    replicas,
    scale,
    on,
    planned,
  }));
const head = at("mind-head", "brain", "head");

test("a group keeps to nodes of the architecture it is planned on, in whatever state they are, and likes those of the plan", () => {
  expect(shown([head, ...workers("Tower", "Tower", "Tower", "Tower")])).toEqual([
    { name: "cpu", replicas: 2, scale: { min: 1, max: 4 }, on: ["tower", "spare"], planned: ["tower"] },
  ]);
});

test("one that is planned on both is two; numbers go with the ordinals", () => {
  expect(shown([head, ...workers("brain", "Tower", "brain", "Tower")])).toEqual([
    { name: "cpu-amd64", replicas: 1, scale: { min: 0, max: 2 }, on: ["tower", "spare"], planned: ["tower"] },
    {
      name: "cpu-arm64",
      replicas: 1,
      scale: { min: 1, max: 2 },
      on: ["hw-brain-01"],
      planned: ["hw-brain-01"],
    },
  ]);
});

test("only the node that all are to be on, and only nodes of the model that is asked for", () => {
  expect(shown([head, ...workers("Tower", "Tower", "Tower", "Tower")], { node: "Tower" })[0]).toMatchObject({
    on: ["tower"],
  });
  const asking = workers("Tower", "Tower", "Tower", "Tower").map(({ instance, placement }) =>
    at(instance.id, placement.node, "worker", "RTX 3090"),
  );
  expect(shown([head, ...asking])[0]).toMatchObject({ on: ["tower"] });
});

test("the head is a group of its own", () => {
  expect(specOf([head, ...workers("brain", "brain", "brain", "brain")]).head).toMatchObject({
    name: "headgroup",
    arch: "arm64",
    replicas: 1,
    nodes: ["hw-brain-01"],
  });
});
