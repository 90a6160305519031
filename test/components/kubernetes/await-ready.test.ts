/** What is made of a status, of pods and of events; that the operator says them so is proved in test/kubernetes. */
import { expect, test } from "vitest";
import { awaitGone } from "../../../components/kubernetes/await-gone";
import { awaitReady } from "../../../components/kubernetes/await-ready";
import { fakeApi } from "../../support/fake-api";

const name = { namespace: "cognition", name: "brain" };
const clusterPath = "/apis/ray.io/v1/namespaces/cognition/rayclusters/brain";
const podsPath = "/api/v1/namespaces/cognition/pods";
const eventsPath = "/api/v1/namespaces/cognition/events";

const cluster = (status: object | undefined, generation = 1) => ({
  metadata: { generation, uid: "u1", finalizers: ["ray.io/gcs-ft-redis-cleanup-finalizer"] },
  status,
});
const pod = (podName: string, type: "head" | "worker", status: object, metadata: object = {}) => ({
  metadata: { name: podName, labels: { "ray.io/node-type": type }, ...metadata },
  status,
});
const ready = { conditions: [{ type: "Ready", status: "True" }] };
const unschedulable = {
  conditions: [
    {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message: "0/1 nodes: Insufficient memory.",
    },
  ],
};
const complete = { observedGeneration: 1, desiredWorkerReplicas: 1, readyWorkerReplicas: 1, state: "ready" };
const head = pod("brain-head-1", "head", ready);
const worker = pod("brain-gpu-worker-1", "worker", ready);

const look = (objects: Record<string, object>) => awaitReady(fakeApi(objects).api, { ...name, seconds: -1 });

test("head and all workers are ready, and the operator has seen what was asked last", async () => {
  await look({ [clusterPath]: cluster(complete), [podsPath]: [head, worker] });
});

test("workers that Ray's autoscaler has added are nothing to wait for: nobody else ends them", async () => {
  const found = cluster({ ...complete, readyWorkerReplicas: 2 });
  const pods = [head, worker, pod("brain-gpu-worker-2", "worker", ready)];
  await look({ [clusterPath]: { ...found, spec: { enableInTreeAutoscaling: true } }, [podsPath]: pods });
  await expect(look({ [clusterPath]: found, [podsPath]: pods })).rejects.toThrow("RayClusterNotReady");
});

test.each([
  ["it has not seen it yet", cluster({ ...complete, observedGeneration: 1 }, 2), [head, worker]],
  ["a worker is missing", cluster({ ...complete, desiredWorkerReplicas: 2 }), [head, worker]],
  [
    "a pod of before is still leaving",
    cluster(complete),
    [head, worker, pod("old", "worker", ready, { deletionTimestamp: "now" })],
  ],
  ["the head is missing", cluster(complete), [worker]],
])("not while %s, whatever its `state` says", async (_, object, pods) => {
  await expect(look({ [clusterPath]: object, [podsPath]: pods })).rejects.toThrow("RayClusterNotReady");
});

test("the reason of each pod that is not ready is told in the words of who holds it up", async () => {
  const pulling = {
    phase: "Pending",
    containerStatuses: [
      {
        name: "ray-worker",
        state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
        lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } },
      },
    ],
  };
  const objects = {
    [clusterPath]: cluster({ ...complete, desiredWorkerReplicas: 4, readyWorkerReplicas: 1 }),
    [podsPath]: [head, worker, pod("w2", "worker", unschedulable), pod("w3", "worker", pulling)],
    [eventsPath]: [
      { reason: "FailedToCreateWorkerPod", message: "exceeded quota: brain", involvedObject: { uid: "u1" } },
      { reason: "FailedToCreateWorkerPod", message: "of a former one", involvedObject: { uid: "u0" } },
    ],
  };
  await expect(look(objects)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ConfigError: berth: RayClusterNotReady: brain in cognition: head ready, 1 of 4 workers ready after -1 s
      w2: Unschedulable: 0/1 nodes: Insufficient memory.
      w3: ray-worker: CrashLoopBackOff: back-off 40s, ended before with OOMKilled (exit code 137)
      a pod is not made: exceeded quota: brain]
  `);
});

test("a spec that the operator refuses is told at once", async () => {
  const objects = {
    [clusterPath]: cluster(undefined),
    [eventsPath]: [
      {
        reason: "InvalidRayClusterSpec",
        message: "minimum Ray version is 2.52.0",
        involvedObject: { uid: "u1" },
      },
    ],
  };
  await expect(
    awaitReady(fakeApi(objects).api, { ...name, seconds: 600 }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ConfigError: berth: RayClusterNotReady: brain in cognition: refused by the operator: minimum Ray version is 2.52.0]`,
  );
});

test("without an operator", async () => {
  await expect(look({ [clusterPath]: cluster(undefined) })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ConfigError: berth: RayClusterNotReady: brain in cognition: head missing, 0 of ? workers ready after -1 s
      nobody has looked at it: does KubeRay's operator run, and does it watch this namespace?]
  `);
});

test("gone is when neither object nor pod is left; what holds them is told", async () => {
  await awaitGone(fakeApi().api, { ...name, seconds: 600 });
  const left = fakeApi({ [clusterPath]: cluster(complete), [podsPath]: [worker] });
  await expect(awaitGone(left.api, { ...name, seconds: -1 })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ConfigError: berth: RayClusterNotGone: brain in cognition: still there after -1 s
      RayCluster, held by ray.io/gcs-ft-redis-cleanup-finalizer: does the operator run?
      pod brain-gpu-worker-1]
  `);
});
