import type { WrittenCluster } from "./cluster";
import { toSsh } from "./connection";
import type { Finding } from "./finding";

/** Two nodes in one folder of one machine would take each other's instances for leftovers. */
export function checkPlaces({ nodes }: WrittenCluster): Finding[] {
  const seen = new Map<string, string>();
  return nodes.flatMap((node, index) => {
    const ssh = toSsh(node);
    if (ssh === undefined) return [];
    const { name } = node;
    const { host, port, user } = ssh.connection;
    const home = ssh.remoteWorkDir.startsWith("~") ? `${user}@` : "";
    const place = `${home}${host}:${port} ${ssh.remoteWorkDir.replace(/\/+$/, "")}`;
    const other = seen.get(place);
    seen.set(place, name);
    if (other === undefined || other === name) return [];
    const text = `is the folder of ${other} too (${place}); two nodes need two machines, or two folders`;
    return [{ path: ["nodes", index, "remote_work_dir"], text }];
  });
}
