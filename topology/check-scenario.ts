import { checkAffinity } from "./check-affinity";
import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { gpuWishOf, idsOf, type WrittenInstance } from "./instance";
import { memberIds } from "./ray-members";
import { idsByName, type WrittenScenario } from "./scenario";
import { showGb } from "./units";

// Every pair of instances may be asked whether it goes together: more would take minutes, and no file means it.
const mostInstances = 2000;
// Seconds; what a supervisor waits at most before a restart.
const longestPause = 60;

/** What the scenario's fields say about each other and about the cluster's nodes. */
export function checkScenario(written: WrittenScenario, nodes: readonly string[]): Finding[] {
  const members = written.ray_clusters.flatMap(memberIds);
  const total = written.instances.reduce((sum, { count = 1 }) => sum + count, members.length);
  if (total === 0 && written.shared_ray_clusters.length === 0) {
    const text =
      "expected at least one instance, or a Ray cluster in ray_clusters or shared_ray_clusters, got none";
    return [{ path: ["instances"], text }];
  }
  if (total > mostInstances) {
    return [
      { path: ["instances"], text: `${total} instances, at most ${mostInstances}; split the scenario` },
    ];
  }
  const ids = idsByName(written);
  const seen = new Set<string>();
  return [
    ...written.instances.flatMap((entry, index) =>
      [
        ...idFindings(entry, seen),
        ...nodeFindings(["preferred_node"], entry.preferred_node, nodes),
        ...nameFindings(entry, "affinity", ids),
        ...nameFindings(entry, "anti_affinity", ids),
        ...gpuFindings(entry),
        ...restartFindings(entry),
        ...checkpointFindings(entry),
      ].map(({ path, text }) => ({ path: ["instances", index, ...path], text })),
    ),
    ...checkAffinity(written, ids),
    ...Object.entries(written.placement).flatMap(([id, node]) => [
      ...placedFindings(id, written, ids),
      ...nodeFindings(["placement", id], node, nodes),
    ]),
  ];
}

function checkpointFindings({ checkpoint }: WrittenInstance): Finding[] {
  if (!checkpoint?.signal || !checkpoint.command) return [];
  return [{ path: ["checkpoint", "signal"], text: "there is a command, too; keep one of the two" }];
}

type Ids = ReturnType<typeof idsByName>;

function nodeFindings(path: Finding["path"], node: string | undefined, nodes: readonly string[]): Finding[] {
  if (node === undefined || nodes.includes(node)) return [];
  return [{ path, text: `no node "${node}"${didYouMean(node, nodes)}` }];
}

function nameFindings(entry: WrittenInstance, key: "affinity" | "anti_affinity", ids: Ids): Finding[] {
  const seen = new Set<string>();
  return entry[key].flatMap((name, index) => {
    const path = [key, index];
    if (seen.has(name)) return [{ path, text: `"${name}" is written twice; keep one` }];
    seen.add(name);
    if (!ids.has(name)) return [{ path, text: `no instance "${name}"${didYouMean(name, [...ids.keys()])}` }];
    if (name !== entry.instance_id || entry.count !== undefined) return [];
    return [{ path, text: "names the instance itself; leave it out" }];
  });
}

function placedFindings(id: string, written: WrittenScenario, ids: Ids): Finding[] {
  const single = [...written.instances.flatMap(idsOf), ...written.ray_clusters.flatMap(memberIds)];
  if (single.includes(id)) return [];
  const ordinals = ids.get(id);
  const text = ordinals
    ? `"${id}" is a group; name its instances: ${ordinals.join(", ")}`
    : `no instance "${id}"${didYouMean(id, single)}`;
  return [{ path: ["placement", id], text, atKey: true }];
}

/** @param seen every id so far; grows */
function idFindings(entry: WrittenInstance, seen: Set<string>): Finding[] {
  const findings: Finding[] = [];
  const all = new Set([entry.instance_id, ...idsOf(entry)]);
  const repeated = [...all].find((id) => seen.has(id));
  for (const id of all) seen.add(id);
  if (repeated) {
    const text = `a second instance called "${repeated}"; give each its own id`;
    findings.push({ path: ["instance_id"], text });
  }
  if (idsOf(entry).some((id) => id.length > 63)) {
    const text = "longer than 63 letters once its ordinals are added; shorten it";
    findings.push({ path: ["instance_id"], text });
  }
  return findings;
}

function gpuFindings(entry: WrittenInstance): Finding[] {
  const { gpu, gpu_required: required, gpu_memory_gb: memory } = entry;
  if (gpu !== undefined && required !== undefined && (gpu !== "required") === required) {
    return [{ path: ["gpu_required"], text: `${required} contradicts gpu: ${gpu}; keep only gpu` }];
  }
  if (gpu === "preferred" && required === false) {
    return [
      { path: ["gpu_required"], text: "false means gpu: none and contradicts gpu: preferred; keep only gpu" },
    ];
  }
  if (gpuWishOf(entry) === "none" && entry.gpus > 0) {
    const text = `takes ${entry.gpus}, but gpu is none; write gpu: required or gpu: preferred`;
    return [{ path: ["gpus"], text }];
  }
  if (gpuWishOf(entry) === "none" && entry.gpu_model !== undefined) {
    const text = `"${entry.gpu_model}", but gpu is none; write gpu: required or gpu: preferred`;
    return [{ path: ["gpu_model"], text }];
  }
  if (memory > 0 && gpuWishOf(entry) === "none") {
    const text = `${showGb(memory)} of GPU memory, but gpu is none; write gpu: required or gpu: preferred`;
    return [{ path: ["gpu_memory_gb"], text }];
  }
  return [];
}

function restartFindings({ restart }: WrittenInstance): Finding[] {
  const { attempts, interval_seconds: interval, backoff_seconds: backoff } = restart;
  const pauses = Array.from({ length: attempts }, (_, count) => Math.min(backoff * 2 ** count, longestPause));
  const least = pauses.reduce((sum, pause) => sum + pause, 0);
  if (least <= interval) return [];
  const text = `never reached: the pauses between ${attempts} restarts alone take ${least} s, and only those of the last ${interval} s count; fewer attempts, or more interval_seconds`;
  return [{ path: ["restart", "attempts"], text }];
}
