import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { idsOf } from "./instance";
import type { WrittenRayCluster } from "./ray-cluster";
import type { WrittenMember } from "./ray-group";
import type { WrittenRayJob } from "./ray-job";
import { heapOf, memberIds, ownBytes, rayGroups } from "./ray-members";
import type { WrittenScenario } from "./scenario";
import { showGb } from "./units";

// Before it any page in a browser could stop jobs on a dashboard (CVE-2026-27482), and tokens came with 2.52.
const oldest = [2, 54] as const;

/** What Ray clusters and jobs say about each other, about the instances and about the cluster's nodes. */
export function checkRay(written: WrittenScenario, nodes: readonly string[]): Finding[] {
  const { instances, ray_clusters: clusters, shared_ray_clusters: shared, ray_jobs: jobs } = written;
  const taken = new Set(instances.flatMap((entry) => [entry.instance_id, ...idsOf(entry)]));
  const names = clusters.map(({ name }) => name);
  return [
    ...clusters.flatMap((cluster, index) =>
      [
        ...(names.indexOf(cluster.name) < index
          ? [second("name", "Ray cluster", cluster.name)]
          : memberFindings(cluster, taken)),
        ...(cluster.launcher === "kuberay"
          ? versionFindings(cluster.ray, cluster.kubernetes?.exemption, ["kubernetes", "exemption"])
          : versionFindings(cluster.ray)),
        ...groupFindings(cluster.head, ["head"], nodes),
        ...sizeFindings(cluster.head, "head", ["head"]),
        ...cluster.workers.flatMap((group, at) => [
          ...groupFindings(group, ["workers", at], nodes),
          ...sizeFindings(group, "worker", ["workers", at]),
        ]),
      ].map(({ path, text }) => ({ path: ["ray_clusters", index, ...path], text })),
    ),
    ...shared.flatMap(({ ray, exemption }, index) =>
      versionFindings(ray, exemption, ["exemption"]).map(({ path, text }) => ({
        path: ["shared_ray_clusters", index, ...path],
        text,
      })),
    ),
    ...jobs.flatMap((job, index) =>
      [
        ...(names.includes(job.cluster) ? [] : [noCluster(job, names)]),
        ...(jobs.findIndex(({ name }) => name === job.name) < index
          ? [second("name", "Ray job", job.name)]
          : jobFindings(job, taken)),
      ].map(({ path, text }) => ({ path: ["ray_jobs", index, ...path], text })),
    ),
  ];
}

const second = (key: string, what: string, name: string): Finding => ({
  path: [key],
  text: `a second ${what} called "${name}"; give each its own name`,
});

/** @param taken every id so far; grows */
function memberFindings(cluster: WrittenRayCluster, taken: Set<string>): Finding[] {
  const names = cluster.workers.map(({ name }) => name);
  const groups = cluster.workers.flatMap(({ name }, at): Finding[] => {
    const path = ["workers", at, "name"];
    if (name === "head")
      return [{ path, text: `"head" is what the head is called; give the group another name` }];
    if (names.indexOf(name) < at)
      return [{ path, text: `a second group called "${name}"; give each its own name` }];
    return [];
  });
  const ids = [...rayGroups(cluster).keys(), ...memberIds(cluster)];
  const repeated = ids.find((id) => taken.has(id));
  for (const id of ids) taken.add(id);
  if (repeated) {
    const text = `would have a member called "${repeated}", and there is an instance of that name; rename one`;
    groups.push({ path: ["name"], text });
  }
  if (ids.some((id) => id.length > 63)) {
    const text =
      "longer than 63 letters once its members' names are made of it; shorten it or its groups' names";
    groups.push({ path: ["name"], text });
  }
  return groups;
}

/** @param key where an exemption is written; undefined: there is none of this kind */
function versionFindings(ray: string, exemption?: string, key?: Finding["path"]): Finding[] {
  const [major, minor] = ray.split(".").map(Number) as [number, number];
  const least = `${oldest.join(".")}.0`;
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) {
    if (exemption === undefined) return [];
    return [{ path: key!, text: `Ray ${ray} needs none, from ${least} on; leave it out` }];
  }
  if (exemption !== undefined) return [];
  const otherwise = key ? `, or the reason in ${key.join(".")}` : "";
  const text = `Ray ${ray} lets pages in a browser stop its jobs (CVE-2026-27482); at least ${least}${otherwise}`;
  return [{ path: ["ray"], text }];
}

/** One size says how large a member is, and leaves something for its tasks. */
function sizeFindings(group: WrittenMember, role: "head" | "worker", at: Finding["path"]): Finding[] {
  const path = [...at, "memory_gb"];
  const { heap_gb: heap, memory_gb: memory, object_store_gb: store } = group;
  if (memory === undefined) return [];
  if (heap !== undefined) return [{ path, text: "is written beside heap_gb; keep one of them" }];
  if (heapOf(group, role) > 0) return [];
  const text = `${showGb(memory)} leave no heap beside the object store (${showGb(store)}) and Ray itself (${showGb(ownBytes[role])}); write more`;
  return [{ path, text }];
}

function groupFindings(group: WrittenMember, at: Finding["path"], nodes: readonly string[]): Finding[] {
  const findings: Finding[] = [];
  const { preferred_node: node, gpus, gpu_model: model, gpu_memory_gb: memory } = group;
  if (node !== undefined && !nodes.includes(node))
    findings.push({ path: [...at, "preferred_node"], text: `no node "${node}"${didYouMean(node, nodes)}` });
  if (gpus > 0) return findings;
  if (model !== undefined)
    findings.push({ path: [...at, "gpu_model"], text: `"${model}", but gpus is 0; write how many` });
  if (memory > 0)
    findings.push({
      path: [...at, "gpu_memory_gb"],
      text: `${showGb(memory)} of GPU memory, but gpus is 0; write how many`,
    });
  return findings;
}

function noCluster({ cluster }: WrittenRayJob, names: readonly string[]): Finding {
  const known = names.length > 0 ? didYouMean(cluster, names) : "; ray_clusters has none";
  return { path: ["cluster"], text: `no Ray cluster "${cluster}"${known}` };
}

function jobFindings({ name }: WrittenRayJob, taken: ReadonlySet<string>): Finding[] {
  if (!taken.has(name)) return [];
  return [
    {
      path: ["name"],
      text: `"${name}" is the name of an instance, and both would write logs/<stack>/${name}.log; rename one`,
    },
  ];
}
