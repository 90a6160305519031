import type { WrittenCluster } from "./cluster";
import type { Finding } from "./finding";

/** Two nodes in one folder of one machine would take each other's instances for leftovers. */
export function checkPlaces({ nodes }: WrittenCluster): Finding[] {
  const seen = new Map<string, string>();
  return nodes.flatMap(({ name, host, ssh_port, ssh_user, remote_work_dir }, index) => {
    const home = remote_work_dir.startsWith("~") ? `${ssh_user}@` : "";
    const place = `${home}${host}:${ssh_port} ${remote_work_dir.replace(/\/+$/, "")}`;
    const other = seen.get(place);
    seen.set(place, name);
    if (other === undefined || other === name) return [];
    const text = `is the folder of ${other} too (${place}); two nodes need two machines, or two folders`;
    return [{ path: ["nodes", index, "remote_work_dir"], text }];
  });
}
