import type { NodeFacts } from "../../topology/facts";

const order = ["HEALTHY", "DEGRADED", "UNAVAILABLE"] as const;

/**
 * One node that is reached both ways. It is as unwell as its worse half, but lost only where both are: while one way still leads
 * there, what runs there is not given up.
 */
export function mergedFacts(ssh: NodeFacts, kubernetes: NodeFacts): NodeFacts {
  const statuses = [ssh.status, kubernetes.status];
  const worse = order[Math.max(...statuses.map((status) => order.indexOf(status)))]!;
  const isHalf = worse === "UNAVAILABLE" && ssh.status !== kubernetes.status;
  const reasons = [ssh.reason, kubernetes.reason && `in Kubernetes ${kubernetes.reason}`].filter(Boolean);
  const notes = [...(ssh.notes ?? []), ...(kubernetes.notes ?? [])];
  const { reason: _ssh, notes: _notes, ...rest } = ssh;
  return {
    ...rest,
    status: isHalf ? "DEGRADED" : worse,
    ...(reasons.length > 0 && { reason: reasons.join("; ") }),
    ...(kubernetes.allocatable && { allocatable: kubernetes.allocatable }),
    holdings: [...ssh.holdings, ...kubernetes.holdings],
    ...(notes.length > 0 && { notes }),
  };
}
