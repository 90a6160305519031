import type { Finding } from "./finding";
import { idsOf, type WrittenInstance } from "./instance";
import type { idsByName, WrittenScenario } from "./scenario";

/** Who is wanted near and apart at once. `anti_affinity` binds both ways: it contradicts the affinity of the other, too. */
export function checkAffinity({ instances }: WrittenScenario, ids: ReturnType<typeof idsByName>): Finding[] {
  const owners = new Map(
    instances.flatMap((entry) => [entry.instance_id, ...idsOf(entry)].map((id) => [id, entry] as const)),
  );
  const admirers = new Map(instances.map((entry) => [entry, new Set<WrittenInstance>()]));
  for (const entry of instances) {
    for (const name of entry.affinity) admirers.get(owners.get(name) ?? entry)!.add(entry);
  }
  return instances.flatMap((entry, at) => {
    const near = new Set([...new Set(entry.affinity)].flatMap((name) => ids.get(name) ?? []));
    return entry.anti_affinity.flatMap((name, index) => {
      const path = ["instances", at, "anti_affinity", index];
      const own = ids.get(name)?.find((id) => near.has(id));
      if (own) return [{ path, text: `"${own}" is in affinity too; it cannot be both near and apart` }];
      const other = owners.get(name);
      if (!other || other === entry || !admirers.get(entry)!.has(other)) return [];
      const text = `"${other.instance_id}" has "${entry.instance_id}" in its affinity; they cannot be both near and apart`;
      return [{ path, text }];
    });
  });
}
