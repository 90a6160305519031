"use strict";

const selector = ["spec.selector"];
const job = ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"];

/** What of a pod can be changed in place: these, and nothing else of its `spec`. */
const ofContainers = [
  ..."args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources".split(
    " ",
  ),
  ..."securityContext stdin stdinOnce terminationMessagePath terminationMessagePolicy tty".split(" "),
  ..."volumeDevices volumeMounts workingDir".split(" "),
];
const pod = [
  ..."affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC".split(
    " ",
  ),
  ..."hostNetwork hostPID hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy".split(
    " ",
  ),
  ..."priority priorityClassName readinessGates restartPolicy runtimeClassName schedulerName".split(" "),
  ..."securityContext serviceAccount serviceAccountName shareProcessNamespace subdomain".split(" "),
  ..."terminationGracePeriodSeconds volumes".split(" "),
  ...["containers", "initContainers"].flatMap((list) => ofContainers.map((field) => `${list}.*.${field}`)),
].map((field) => `spec.${field}`);

const volumeSources = [
  ..."awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk".split(
    " ",
  ),
  ..."glusterfs hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos".split(
    " ",
  ),
  "vsphereVolume",
].map((source) => `spec.${source}`);

/** Fields by API version and kind that cannot be changed in place: a change of one replaces the object. */
const REPLACING = {
  "apps/v1": {
    DaemonSet: selector,
    Deployment: selector,
    StatefulSet: [
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ],
  },
  "batch/v1": { Job: job },
  "rbac.authorization.k8s.io/v1": { ClusterRoleBinding: ["roleRef"], RoleBinding: ["roleRef"] },
  "storage.k8s.io/v1": { StorageClass: ["parameters", "provisioner"] },
  v1: {
    PersistentVolume: volumeSources,
    PersistentVolumeClaim: ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
    Pod: pod,
    ResourceQuota: ["spec.scopes"],
    Secret: ["type"],
    Service: ["spec.clusterIP"],
  },
};

/** Paths whose change replaces the object, each as its parts; "*" is any index. */
function replacingPaths(object, { enableConfigMapMutable, enableSecretMutable }) {
  const paths = ["metadata.name", "metadata.namespace"];
  const is = (kind) => object.apiVersion === "v1" && object.kind === kind;
  if (is("Secret") && (!enableSecretMutable || object.immutable)) paths.push("type", "stringData", "data");
  else if (is("ConfigMap") && (!enableConfigMapMutable || object.immutable)) paths.push("binaryData", "data");
  else paths.push(...(REPLACING[object.apiVersion]?.[object.kind] ?? []));
  return paths.map((path) => path.split("."));
}

module.exports = { replacingPaths };
