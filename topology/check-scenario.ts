import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { gpuWishOf, idsOf, type WrittenInstance } from "./instance";
import { idsByName, type WrittenScenario } from "./scenario";
import { showGb } from "./units";

/** What the scenario's fields say about each other and about the cluster's nodes. */
export function checkScenario(written: WrittenScenario, nodes: readonly string[]): Finding[] {
  const ids = idsByName(written);
  const single = written.instances.flatMap(idsOf);
  const seen = new Set<string>();
  const noNode = (name: string) => `no node "${name}"${didYouMean(name, nodes)}`;
  const noInstance = (name: string, known: readonly string[]) =>
    `no instance "${name}"${didYouMean(name, known)}`;

  function ofEntry(entry: WrittenInstance): Finding[] {
    const names = (key: "affinity" | "anti_affinity") =>
      entry[key].flatMap((name, index): Finding[] => {
        const path = [key, index];
        if (!ids.has(name)) return [{ path, text: noInstance(name, [...ids.keys()]) }];
        if (name !== entry.instance_id || entry.count !== undefined) return [];
        return [{ path, text: "names the instance itself; leave it out" }];
      });
    const both = entry.anti_affinity.flatMap((name, index): Finding[] => {
      const apart = ids.get(name) ?? [];
      const together = new Set(entry.affinity.flatMap((liked) => ids.get(liked) ?? []));
      const clash = apart.find((id) => together.has(id));
      return clash
        ? [
            {
              path: ["anti_affinity", index],
              text: `"${clash}" is in affinity too; it cannot be both near and apart`,
            },
          ]
        : [];
    });
    const node = entry.preferred_node;
    return [
      ...idFindings(entry, seen),
      ...(node !== undefined && !nodes.includes(node)
        ? [{ path: ["preferred_node"], text: noNode(node) }]
        : []),
      ...names("affinity"),
      ...names("anti_affinity"),
      ...both,
      ...gpuFindings(entry),
    ];
  }

  return [
    ...written.instances.flatMap((entry, index) =>
      ofEntry(entry).map(({ path, text }) => ({ path: ["instances", index, ...path], text })),
    ),
    ...Object.entries(written.placement).flatMap(([id, node]): Finding[] => {
      const path = ["placement", id];
      const text = ids.has(id)
        ? `"${id}" is a group; name its instances: ${ids.get(id)!.join(", ")}`
        : noInstance(id, single);
      return [
        ...(single.includes(id) ? [] : [{ path, text, atKey: true }]),
        ...(nodes.includes(node) ? [] : [{ path, text: noNode(node) }]),
      ];
    }),
  ];
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
  if (memory > 0 && gpuWishOf(entry) === "none") {
    const text = `${showGb(memory)} of GPU memory, but gpu is none; write gpu: required or gpu: preferred`;
    return [{ path: ["gpu_memory_gb"], text }];
  }
  return [];
}
