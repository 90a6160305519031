import type { WrittenCluster } from "./cluster";
import { didYouMean } from "./did-you-mean";
import { dnsLabel } from "./dns-label";
import type { Finding } from "./finding";
import type { WrittenRayCluster } from "./ray-cluster";
import { scaleOf } from "./ray-group";
import { heapOf, ownBytes } from "./ray-members";
import { showGb, showGib } from "./units";

/** What KubeRay leaves of a name for what it makes of it. */
const longestName = 53;
/** A label has 63 letters, of which an architecture may take six. */
const longestGroup = 57;
// Less, and the processes of a head alone may be ended for want of memory.
const leastHeadBytes = 4 * 2 ** 30;

export const noKubernetes =
  "the cluster file does not say which Kubernetes; write kubernetes: {context: …} there";

/** What one Ray cluster of pods needs of the cluster file, and what KubeRay and Kubernetes take. */
export function checkPods(written: WrittenRayCluster, cluster: WrittenCluster): Finding[] {
  return [
    ...placeFindings(written, cluster),
    ...refusedFindings(written),
    ...nameFindings(written),
    ...headFindings(written),
    ...[written.head, ...written.workers].flatMap((group, at) => {
      const path = at === 0 ? ["head"] : ["workers", at - 1];
      return group.cpu_cores > 0
        ? []
        : [{ path: [...path, "cpu_cores"], text: "0, but a pod of Ray needs one at least; write 1 or more" }];
    }),
    ...written.workers.flatMap((group, at) => {
      const scale = scaleOf(group);
      if (!scale || (scale.min <= group.count && group.count <= scale.max)) return [];
      const text = `${group.count} at first is not from min ${scale.min} to max ${scale.max}; change one of them`;
      return [{ path: ["workers", at, "count"], text }];
    }),
  ];
}

function placeFindings({ kubernetes, head, workers }: WrittenRayCluster, cluster: WrittenCluster): Finding[] {
  if (!kubernetes)
    return [
      { path: ["launcher"], text: "kuberay, but kubernetes is missing; write kubernetes: {namespace: …}" },
    ];
  if (!cluster.kubernetes) return [{ path: ["launcher"], text: noKubernetes }];
  const nodes = cluster.nodes.map(({ name }) => name);
  const ofKubernetes = cluster.nodes.filter((node) => node.kubernetes_node).map(({ name }) => name);
  if (ofKubernetes.length === 0) {
    const text = "no node of the cluster file is one of Kubernetes; write kubernetes_node there";
    return [{ path: ["launcher"], text }];
  }
  const wrong = (path: Finding["path"], node: string | undefined, isHard: boolean): Finding[] => {
    if (node === undefined || ofKubernetes.includes(node)) return [];
    if (nodes.includes(node))
      return [
        { path, text: `${node} is no node of Kubernetes; write kubernetes_node there, or another node` },
      ];
    // That a wish names no node at all is said of every Ray cluster.
    return isHard ? [{ path, text: `no node "${node}"${didYouMean(node, ofKubernetes)}` }] : [];
  };
  return [
    ...wrong(["kubernetes", "node"], kubernetes.node, true),
    ...wrong(["head", "preferred_node"], head.preferred_node, false),
    ...workers.flatMap((group, at) => wrong(["workers", at, "preferred_node"], group.preferred_node, false)),
  ];
}

function refusedFindings(written: WrittenRayCluster): Finding[] {
  const inImage = "is not installed into pods; put it into the image, see kubernetes.images";
  return [
    ...(written.wheels === undefined ? [] : [{ path: ["wheels"], text: inImage }]),
    ...(written.requirements.length === 0 ? [] : [{ path: ["requirements"], text: inImage }]),
    ...(written.gcs_fault_tolerance === "none"
      ? []
      : [
          {
            path: ["gcs_fault_tolerance"],
            text: "redis beside the head is made over SSH only; leave it out: jobs go on from their checkpoints",
          },
        ]),
    ...(written.health_checks === "default"
      ? []
      : [
          {
            path: ["health_checks"],
            text: "fast is for members over SSH; leave it out: KubeRay probes its pods",
          },
        ]),
  ];
}

function nameFindings({ name, workers }: WrittenRayCluster): Finding[] {
  const label = dnsLabel(name);
  const findings: Finding[] = [];
  // The Service that is called after it may not begin with a digit.
  if (!/^[a-z]/.test(label)) {
    const text = `becomes "${label}" in Kubernetes, which has to begin with a letter; rename it`;
    findings.push({ path: ["name"], text });
  }
  if (label.length > longestName) {
    const text = `has ${label.length} letters, and KubeRay takes at most ${longestName}; shorten it`;
    findings.push({ path: ["name"], text });
  }
  const labels = workers.map((group) => dnsLabel(group.name));
  for (const [at, group] of labels.entries()) {
    const path = ["workers", at, "name"];
    const [, alone, arch] = /^(.+)-(amd64|arm64)$/.exec(group) ?? [];
    if (group === "headgroup")
      findings.push({ path, text: `"headgroup" is what KubeRay calls the head's; rename it` });
    else if (group.length > longestGroup) {
      const text = `has ${group.length} letters, and Kubernetes takes at most ${longestGroup}; shorten it`;
      findings.push({ path, text });
    } else if (alone && labels.includes(alone)) {
      const text = `is what group "${alone}" becomes for its nodes of ${arch}; rename one`;
      findings.push({ path, text });
    } else if (group === "")
      findings.push({ path, text: "has no letter or digit that Kubernetes takes; rename it" });
    else if (labels.indexOf(group) < at && workers.findIndex((one) => one.name === workers[at]!.name) === at)
      findings.push({ path, text: `becomes "${group}" in Kubernetes, as another group does; rename one` });
  }
  return findings;
}

function headFindings({ head }: WrittenRayCluster): Finding[] {
  const bytes = heapOf(head, "head") + head.object_store_gb + ownBytes.head;
  if (bytes >= leastHeadBytes) return [];
  const key = head.memory_gb === undefined ? "heap_gb" : "memory_gb";
  const least = leastHeadBytes - (key === "heap_gb" ? head.object_store_gb + ownBytes.head : 0);
  const text = `the head's pod would have ${showGb(bytes)} (${showGib(bytes)}), at least ${showGib(leastHeadBytes)}; write ${showGb(least, Math.ceil)} or more`;
  return [{ path: ["head", key], text }];
}
