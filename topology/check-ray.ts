import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { idsOf } from "./instance";
import type { WrittenMember, WrittenRayCluster } from "./ray-cluster";
import type { WrittenRayJob } from "./ray-job";
import { memberIds, rayGroups } from "./ray-members";
import type { WrittenScenario } from "./scenario";
import { showGb } from "./units";

// Before it any page in a browser could stop jobs on a dashboard (CVE-2026-27482), and tokens came with 2.52.
const oldest = [2, 54] as const;

/** What Ray clusters and jobs say about each other, about the instances and about the cluster's nodes. */
export function checkRay(written: WrittenScenario, nodes: readonly string[]): Finding[] {
  const { instances, ray_clusters: clusters, ray_jobs: jobs } = written;
  const taken = new Set(instances.flatMap((entry) => [entry.instance_id, ...idsOf(entry)]));
  const names = clusters.map(({ name }) => name);
  return [
    ...clusters.flatMap((cluster, index) =>
      [
        ...(names.indexOf(cluster.name) < index
          ? [second("name", "Ray cluster", cluster.name)]
          : memberFindings(cluster, taken)),
        ...versionFindings(cluster),
        ...groupFindings(cluster.head, ["head"], nodes),
        ...cluster.workers.flatMap((group, at) => groupFindings(group, ["workers", at], nodes)),
      ].map(({ path, text }) => ({ path: ["ray_clusters", index, ...path], text })),
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

function versionFindings({ ray }: WrittenRayCluster): Finding[] {
  const [major, minor] = ray.split(".").map(Number) as [number, number];
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return [];
  const text = `Ray ${ray} lets pages in a browser stop its jobs (CVE-2026-27482); at least ${oldest.join(".")}.0`;
  return [{ path: ["ray"], text }];
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
