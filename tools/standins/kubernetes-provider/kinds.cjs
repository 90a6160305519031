"use strict";

/** Says that the API server does not know a kind; usually its custom resource definition is missing. */
class NoMatchError extends Error {
  constructor(apiVersion, kind) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

/** Built-in kinds that belong to no namespace, for where no server can be asked. */
const CLUSTER_SCOPED = new Set([
  "APIService",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CSINode",
  "CustomResourceDefinition",
  "FlowSchema",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
]);

/** Whether an API version is one of Kubernetes itself. */
const isBuiltIn = (apiVersion = "") =>
  !apiVersion.includes("/") ||
  /^(apps|autoscaling|batch|extensions|policy|[a-z.]+\.k8s\.io)\/v\d/.test(apiVersion);

/** What the API server knows of kinds, asked once per API version and again for a kind that was not there. */
function kindsOf(request) {
  const lists = new Map();

  async function listed(apiVersion) {
    if (!lists.has(apiVersion)) {
      const { resources } = await request("GET", basePath(apiVersion)).catch((error) => {
        if (error.code === 404) return { resources: [] };
        throw error;
      });
      lists.set(apiVersion, resources);
    }
    return lists.get(apiVersion);
  }

  const among = (resources, kind) =>
    resources.find(({ name, kind: its }) => its === kind && !name.includes("/"));

  /** The resource list's entry of a kind; throws a NoMatchError. */
  async function find(apiVersion, kind) {
    const known = among(await listed(apiVersion), kind);
    if (known) return known;
    lists.delete(apiVersion);
    const found = among(await listed(apiVersion), kind);
    if (!found) throw new NoMatchError(apiVersion, kind);
    return found;
  }

  return {
    async exists({ apiVersion, kind }) {
      try {
        return Boolean(await find(apiVersion, kind));
      } catch {
        return false;
      }
    },
    /** Whether objects of a kind have a namespace. One that nobody knows is taken to have one. */
    async isNamespaced({ apiVersion, kind }) {
      if (isBuiltIn(apiVersion) && CLUSTER_SCOPED.has(kind)) return false;
      try {
        return (await find(apiVersion, kind)).namespaced;
      } catch {
        return true;
      }
    },
    /** Path of an object, or without a name that of its collection. */
    async path({ apiVersion, kind, metadata }, name) {
      const { name: plural, namespaced } = await find(apiVersion, kind);
      const scope = namespaced ? `/namespaces/${encodeURIComponent(metadata?.namespace || "default")}` : "";
      const collection = `${basePath(apiVersion)}${scope}/${plural}`;
      return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
    },
  };
}

const basePath = (apiVersion) => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

module.exports = { NoMatchError, isBuiltIn, kindsOf };
