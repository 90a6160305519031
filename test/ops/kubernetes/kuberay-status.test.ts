import { expect, it } from "vitest";
import { kubeRayStatus } from "../../../ops/kubernetes/kuberay-status";
import type { Pod, RayClusterObject } from "../../../ops/kubernetes/objects";
import { podStatus } from "../../../ops/kubernetes/pod-status";

const by = {
  now: new Date("2026-01-31T12:01:00Z"),
  nodeNames: new Map([["hw-brain-01", "HW-BRAIN-01"]]),
  used: new Map([["brain-head-x", 3e9]]),
};

const pod = (
  name: string,
  status: Pod["status"] & object,
  more: { node?: string; labels?: object; ending?: string } = {},
): Pod => ({
  metadata: {
    name,
    namespace: "cognition",
    labels: { "ray.io/cluster": "brain", ...more.labels },
    ...(more.ending && { deletionTimestamp: more.ending }),
  },
  spec: {
    ...(more.node && { nodeName: more.node }),
    containers: [{ name: "ray-worker", resources: { limits: { memory: "16G" } } }],
  },
  status,
});
const here = { node: "hw-brain-01" };
const told = (one: Pod) => {
  const { state, reason, restarts } = podStatus(one, by);
  return [state, reason, restarts];
};
const container = (more: object) => ({
  containerStatuses: [{ name: "ray-worker", restartCount: 0, ...more }],
});

it.each<[string, Pod, unknown[]]>([
  ["runs", pod("p", { phase: "Running" }, here), ["running", null, 0]],
  [
    "runs and is not ready",
    pod("p", { phase: "Running", conditions: [{ type: "Ready", status: "False" }] }, here),
    ["starting", null, 0],
  ],
  [
    "has no place",
    pod("p", {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/2 nodes are available: 2 Insufficient memory.",
        },
      ],
    }),
    ["pending", "0/2 nodes are available: 2 Insufficient memory.", 0],
  ],
  [
    "fetches its image",
    pod(
      "p",
      { phase: "Pending", ...container({ state: { waiting: { reason: "ContainerCreating" } } }) },
      here,
    ),
    ["starting", null, 0],
  ],
  [
    "cannot fetch its image",
    pod(
      "p",
      { phase: "Pending", ...container({ state: { waiting: { reason: "ImagePullBackOff" } } }) },
      here,
    ),
    ["failing", "ray-worker: ImagePullBackOff", 0],
  ],
  [
    "ends again and again",
    pod(
      "p",
      {
        phase: "Running",
        ...container({
          restartCount: 7,
          state: { waiting: { reason: "CrashLoopBackOff" } },
          lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
        }),
      },
      here,
    ),
    ["failing", "ray-worker: CrashLoopBackOff after OOMKilled", 7],
  ],
  [
    "was killed once and runs again",
    pod(
      "p",
      {
        phase: "Running",
        ...container({
          restartCount: 1,
          state: { running: {} },
          lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
        }),
      },
      here,
    ),
    ["running", "ray-worker ended before: OOMKilled, exit 137", 1],
  ],
  [
    "was evicted",
    pod("p", { phase: "Failed", reason: "Evicted", message: "The node was low on resource: memory." }, here),
    ["failed", "Evicted: The node was low on resource: memory.", 0],
  ],
  [
    "is being deleted",
    pod("p", { phase: "Running" }, { ...here, ending: "2026-01-31T12:00:00Z" }),
    ["ending", null, 0],
  ],
])("a pod that %s", (_what, one, expected) => expect(told(one)).toEqual(expected));

const asked = { name: "brain", namespace: "cognition", shared: false };
const head = pod(
  "brain-head-x",
  { phase: "Running", startTime: "2026-01-31T12:00:00Z" },
  { ...here, labels: { "ray.io/node-type": "head", "ray.io/group": "headgroup" } },
);
const worker = (name: string, status: Pod["status"] & object = { phase: "Running" }) =>
  pod(name, status, { ...here, labels: { "ray.io/node-type": "worker", "ray.io/group": "gpu" } });

const object = (
  status: RayClusterObject["status"],
  more: Partial<RayClusterObject> = {},
): RayClusterObject => ({
  metadata: { name: "brain", namespace: "cognition", generation: 2 },
  status: {
    observedGeneration: 2,
    state: "ready",
    desiredWorkerReplicas: 2,
    readyWorkerReplicas: 2,
    conditions: [{ type: "HeadPodReady", status: "True" }],
    ...status,
  },
  ...more,
});
const state = (one: RayClusterObject | undefined, pods: Pod[] = []) => {
  const { state: is, reason } = kubeRayStatus(asked, one, pods, by);
  return [is, reason];
};

it("a cluster with its pods, the head first", () => {
  const stranger = pod("vllm-0", { phase: "Running" }, { ...here, labels: { "ray.io/cluster": "other" } });
  const common = { namespace: "cognition", node: "HW-BRAIN-01", state: "running", restarts: 0, reason: null };
  expect(
    kubeRayStatus(asked, object({}), [worker("brain-gpu-b"), stranger, head, worker("brain-gpu-a")], by),
  ).toEqual({
    ...asked,
    state: "ready",
    ready_workers: 2,
    desired_workers: 2,
    restarts: 0,
    reason: null,
    pods: [
      {
        ...common,
        name: "brain-head-x",
        uptime_s: 60,
        memory_bytes: 3e9,
        memory_limit_bytes: 16e9,
        role: "head",
        group: "headgroup",
      },
      ...["brain-gpu-a", "brain-gpu-b"].map((name) => ({
        ...common,
        name,
        uptime_s: null,
        memory_bytes: null,
        memory_limit_bytes: 16e9,
        role: "worker",
        group: "gpu",
      })),
    ],
  });
});

const unseen =
  "the operator has not looked at it: does it run, and does it take this version of Ray? Its events tell";
const quota = 'pods "brain-gpu-c" is forbidden: exceeded quota';

it.each<[string, unknown[], unknown[]]>([
  ["is not there", state(undefined), ["absent", "there is no such RayCluster; up makes what is new"]],
  ["was changed a moment ago", state(object({ observedGeneration: 1 })), ["unseen", unseen]],
  ["was never looked at", state({ ...object({}), status: {} }), ["unseen", unseen]],
  ["is suspended", state(object({}, { spec: { suspend: true } })), ["suspended", null]],
  [
    "is being deleted",
    state(object({}, { metadata: { name: "brain", deletionTimestamp: "2026-01-31T12:00:00Z" } })),
    ["ending", null],
  ],
  [
    "waits for its head",
    state(object({ conditions: [{ type: "HeadPodReady", status: "False" }] })),
    ["waiting", null],
  ],
  [
    "says ready while an added worker has no place",
    state(object({ desiredWorkerReplicas: 3 }), [
      worker("brain-gpu-c", { phase: "Failed", reason: "Evicted" }),
      head,
    ]),
    ["waiting", "brain-gpu-c: Evicted"],
  ],
  [
    "is refused a pod",
    state(
      object({
        readyWorkerReplicas: 1,
        conditions: [
          { type: "HeadPodReady", status: "True" },
          { type: "ReplicaFailure", status: "True", reason: "FailedCreateWorkerPod", message: quota },
        ],
      }),
    ),
    ["waiting", quota],
  ],
])("a cluster that %s", (_what, is, expected) => expect(is).toEqual(expected));
