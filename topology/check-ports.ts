import { defaultRayPorts, type WrittenCluster } from "./cluster";
import type { Finding } from "./finding";
import { memberIds } from "./ray-members";
import { portsPerMember } from "./ray-ports";
import type { WrittenScenario } from "./scenario";

/** Whether the cluster's ranges are ranges, and have ports for all that a scenario asks for. */
export function checkPorts({ network }: WrittenCluster, scenario: WrittenScenario): Finding[] {
  const { peer_port_range: peers, ray_port_range: ray = defaultRayPorts } = network;
  const overSsh = scenario.ray_clusters.filter(({ launcher }) => launcher === "ssh");
  const usesRay = network.ray_port_range !== undefined || overSsh.length > 0;
  const ranges = { peer_port_range: peers, ...(usesRay && { ray_port_range: ray }) };
  const reversed = Object.entries(ranges).flatMap(([key, { start, end }]) =>
    start > end ? [{ path: ["network", key], text: `start ${start} is above end ${end}; swap them` }] : [],
  );
  return [
    ...reversed,
    ...(usesRay && reversed.length === 0 ? overlapFindings(peers, ray) : []),
    ...peerFindings(peers, scenario),
    ...rayFindings(ray, overSsh),
  ];
}

interface Range {
  start: number;
  end: number;
}

function overlapFindings(peers: Range, ray: Range): Finding[] {
  if (peers.end < ray.start || ray.end < peers.start) return [];
  const text = `${peers.start} to ${peers.end} and ray_port_range, ${ray.start} to ${ray.end}, have ports in common; move one of them`;
  return [{ path: ["network", "peer_port_range"], text }];
}

function peerFindings({ start, end }: Range, { instances }: WrittenScenario): Finding[] {
  const wanted = instances.reduce(
    (sum, entry) => sum + (entry.network === "peers" ? (entry.count ?? 1) : 0),
    0,
  );
  const ports = end - start + 1;
  if (ports < 1 || wanted <= ports) return [];
  const text = `${start} to ${end} has ports for ${ports} of ${wanted} instances with network: peers; widen it`;
  return [{ path: ["network", "peer_port_range"], text }];
}

function rayFindings({ start, end }: Range, clusters: WrittenScenario["ray_clusters"]): Finding[] {
  const members = clusters.reduce((sum, cluster) => sum + memberIds(cluster).length, 0);
  const blocks = Math.floor((end - start + 1) / portsPerMember);
  if (end < start || members <= blocks) return [];
  const text = `${start} to ${end} has ports for ${blocks} of ${members} members of Ray clusters, ${portsPerMember} for each; ${members * portsPerMember} are needed`;
  return [{ path: ["network", "ray_port_range"], text }];
}
