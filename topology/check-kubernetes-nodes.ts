import type { WrittenCluster } from "./cluster";
import type { Finding } from "./finding";
import { archOf, hasGpu, type WrittenNode } from "./node";

/** What nodes of Kubernetes say about each other, about the section `kubernetes` and about themselves. */
export function checkKubernetesNodes({ kubernetes, nodes }: WrittenCluster): Finding[] {
  const names = nodes.map(({ kubernetes_node: name }) => name);
  return nodes.flatMap((node, index) => {
    const findings = node.kubernetes_node === undefined ? othersFindings(node) : ownFindings(node);
    if (node.kubernetes_node !== undefined && kubernetes === undefined) {
      const text = `"${node.kubernetes_node}", but this file does not say which Kubernetes; write kubernetes: {context: …} beside nodes`;
      findings.push({ path: ["kubernetes_node"], text });
    }
    const first = names.indexOf(node.kubernetes_node);
    if (node.kubernetes_node !== undefined && first < index) {
      const text = `"${node.kubernetes_node}" is ${nodes[first]!.name} already; a node of Kubernetes is one node here`;
      findings.push({ path: ["kubernetes_node"], text });
    }
    return [...findings, ...tenantFindings(node)].map(({ path, text }) => ({
      path: ["nodes", index, ...path],
      text,
    }));
  });
}

function ownFindings(node: WrittenNode): Finding[] {
  const { host, gpus, gpu_sharing: sharing } = node;
  const findings: Finding[] = [];
  if (archOf(node) === undefined) {
    const text = "missing, expected one of: arm64, amd64: the images for a node of Kubernetes go by it";
    findings.push({ path: ["arch"], text });
  }
  if (sharing === undefined) return findings;
  const path = ["gpu_sharing"];
  if (host !== undefined)
    findings.push({
      path,
      text: "programs that come over SSH would take each counted GPU for a card; leave it out, or leave out host and what belongs to it",
    });
  if (gpus === undefined) findings.push({ path, text: "no gpus; write how many Kubernetes counts" });
  else if (sharing.physical > gpus)
    findings.push({
      path: [...path, "physical"],
      text: `${sharing.physical} cards cannot make ${gpus} GPUs; at most gpus`,
    });
  return findings;
}

function othersFindings({ gpu_sharing: sharing }: WrittenNode): Finding[] {
  if (sharing === undefined) return [];
  const text = "is made by Kubernetes' device plugin, and this is no node of Kubernetes; leave it out";
  return [{ path: ["gpu_sharing"], text }];
}

function tenantFindings(node: WrittenNode): Finding[] {
  const count = hasGpu(node) ? (node.gpus ?? 1) : 0;
  const taken = node.co_tenants.reduce((sum, { gpus }) => sum + gpus, 0);
  const namespaces = node.co_tenants.map(({ namespace }) => namespace);
  return node.co_tenants.flatMap(({ gpus, namespace }, index) => {
    const path = ["co_tenants", index];
    const findings: Finding[] = [];
    if (gpus > 0 && taken > count) {
      const text = `co-tenants have ${taken} GPUs together, the node has ${count}; lower one`;
      findings.push({ path: [...path, "gpus"], text });
    }
    if (namespace === undefined) return findings;
    if (node.kubernetes_node === undefined) {
      const text = `"${namespace}", but this is no node of Kubernetes; leave it out or write kubernetes_node`;
      findings.push({ path: [...path, "namespace"], text });
    }
    if (namespaces.indexOf(namespace) < index) {
      const text = `a second co-tenant of "${namespace}"; put what is there into one`;
      findings.push({ path: [...path, "namespace"], text });
    }
    return findings;
  });
}
