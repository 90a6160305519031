"use strict";

/**
 * When an object of a built-in kind counts as ready: by API version and kind a function of the live object that returns nothing
 * when it is, else what is missing, as texts. `isRead` marks what a refresh asks too.
 */

const has = (object, type) =>
  (object.status?.conditions ?? []).some((one) => one.type === type && one.status === "True");
const isObserved = (object) => (object.status?.observedGeneration ?? 0) >= object.metadata.generation;
const count = (number) => number ?? 0;

/** Texts of the conditions that are not as they should be. */
const complaints = (object) =>
  (object.status?.conditions ?? [])
    .filter(({ status, message }) => status === "False" && message)
    .map(({ reason, message }) => `[${reason}] ${message}`);

const when = (isReady) => (object) => (isReady(object) ? undefined : complaints(object));

const deployment = when(
  (one) =>
    isObserved(one) &&
    has(one, "Available") &&
    count(one.status.updatedReplicas) === one.spec.replicas &&
    count(one.status.replicas) === one.spec.replicas,
);
const statefulSet = when(
  (one) =>
    isObserved(one) &&
    count(one.status.readyReplicas) === one.spec.replicas &&
    one.status.currentRevision === one.status.updateRevision,
);
const daemonSet = when(
  (one) =>
    isObserved(one) &&
    count(one.status.updatedNumberScheduled) === one.status.desiredNumberScheduled &&
    count(one.status.numberAvailable) === one.status.desiredNumberScheduled,
);
const pod = when((one) => has(one, "Ready") || one.status?.phase === "Succeeded");

function job(object) {
  const failure = (object.status?.conditions ?? []).find(
    ({ type, status }) => type === "Failed" && status === "True",
  );
  if (failure) throw new Error(`[${failure.reason}] ${failure.message}`);
  return has(object, "Complete") ? undefined : complaints(object);
}

const hasPhase = (...phases) => when((one) => phases.includes(one.status?.phase));
const quota = when(
  (one) => JSON.stringify(sorted(one.spec.hard)) === JSON.stringify(sorted(one.status?.hard)),
);
const secret = when(
  (one) => one.type !== "kubernetes.io/service-account-token" || Object.keys(one.data ?? {}).length > 0,
);
const sorted = (object = {}) => Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));

/** A claim that is bound only when a pod uses it is ready while it waits. */
async function claim(object, request) {
  const { storageClassName } = object.spec;
  const path = `/apis/storage.k8s.io/v1/storageclasses/${encodeURIComponent(storageClassName)}`;
  const storage = storageClassName ? await request("GET", path).catch(() => undefined) : undefined;
  const { phase } = object.status ?? {};
  const isWaiting = storage?.volumeBindingMode === "WaitForFirstConsumer" && phase === "Pending";
  return phase === "Bound" || isWaiting ? undefined : [];
}

const NO_PODS =
  "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods";
const NO_ADDRESS = "Service was not allocated an IP address; does your cloud provider support this?";

/** A service is ready when none of the pods that it selects is still to become so; one without pods is, too. */
async function service(object, request, { isStill }) {
  const { type, clusterIP, selector = {} } = object.spec;
  const lacksAddress = type === "LoadBalancer" && !object.status?.loadBalancer?.ingress?.length;
  const address = lacksAddress ? [NO_ADDRESS] : [];
  const hasPods = type !== "ExternalName" && clusterIP !== "None" && Object.keys(selector).length > 0;
  if (!hasPods) return lacksAddress ? address : undefined;
  const { name, namespace } = object.metadata;
  const endpoints = await request("GET", `/api/v1/namespaces/${namespace}/endpoints/${name}`).catch(
    (error) => {
      if (error.code === 404) return undefined;
      throw error;
    },
  );
  const subsets = endpoints?.subsets ?? [];
  const isPending = subsets.some(({ notReadyAddresses }) => notReadyAddresses?.length > 0);
  const isSettled = isStill(endpoints?.metadata.resourceVersion);
  if (isSettled && !isPending && !lacksAddress) return undefined;
  return [...(subsets.some(({ addresses }) => addresses?.length > 0) ? [] : [NO_PODS]), ...address];
}

const KINDS = {
  "apps/v1/DaemonSet": { ready: daemonSet, isRead: true },
  "apps/v1/Deployment": { ready: deployment, isRead: true },
  "apps/v1/StatefulSet": { ready: statefulSet, isRead: true },
  "batch/v1/Job": { ready: job, isRead: true },
  "v1/PersistentVolume": { ready: hasPhase("Available", "Bound") },
  "v1/PersistentVolumeClaim": { ready: claim },
  "v1/Pod": { ready: pod, isRead: true },
  "v1/ResourceQuota": { ready: quota },
  "v1/Secret": { ready: secret },
  "v1/Service": { ready: service, isRead: true },
};

const readiness = ({ apiVersion, kind }) => KINDS[`${apiVersion}/${kind}`];

module.exports = { readiness };
