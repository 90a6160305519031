import type { KubeRayStatus } from "../kubernetes/kuberay-status";
import type { PodStatus } from "../kubernetes/pod-status";
import type { InstanceStatus } from "../status";
import { duration } from "./duration";
import { lastWords } from "./last-words";
import { paint } from "./paint";

export interface PrintedStatus {
  readonly stack: string;
  readonly running: readonly (InstanceStatus & { readonly node: string })[];
  /** Instances that no node has. */
  readonly missing: readonly string[];
  readonly clusters: readonly KubeRayStatus[];
  readonly tenants: readonly (PodStatus & { readonly tenant: string })[];
  /** By node, or `kubernetes`. */
  readonly problems: Readonly<Record<string, string>>;
}

/** Prints what runs, a line each: instances, pods of Ray clusters, co-tenants; then what each Ray cluster waits for, and what to do. */
export function printStatus({ stack, running, missing, clusters, tenants, problems }: PrintedStatus): void {
  const silent = Object.keys(problems);
  const absence =
    silent.length > 0
      ? `not known: ${silent.join(", ")} did not answer`
      : `runs nowhere; ./berth up ${stack} starts what is new`;
  const rows = [
    ...running.map((one) => [one.id, one.node, one.state, ...measures(one), lastWords(one.last_log ?? "")]),
    ...missing.map((id) => [id, "–", silent.length > 0 ? "unknown" : "absent", "–", "–", "–", absence]),
    ...clusters.flatMap(({ pods }) => pods.map((pod) => podRow(pod.name, pod))),
    ...tenants.map((pod) => podRow(`${pod.tenant}: ${pod.name}`, pod)),
  ];
  if (rows.length > 0 || clusters.length === 0) printTable(rows);
  for (const cluster of clusters) {
    const line = clusterLine(cluster);
    console.log(cluster.state === "ready" ? line : paint(process.stdout).yellow(line));
    if (cluster.reason !== null) console.log(`  ${cluster.reason}`);
  }
  for (const { id, node, state } of running)
    if (state === "failed" || state === "dead")
      console.error(
        paint(process.stderr).red(
          `${id} is ${state} on ${node}; start it again with  ./berth up ${stack} -- --replace '**::${id}-start'`,
        ),
      );
  for (const [node, problem] of Object.entries(problems))
    console.error(paint(process.stderr).red(`${node}: ${problem}`));
}

function clusterLine({
  name,
  namespace,
  shared,
  state,
  ready_workers: ready,
  desired_workers: desired,
}: KubeRayStatus) {
  const workers = state === "absent" ? "" : `, ${ready} of ${desired} workers`;
  return `${name} (KubeRay in ${namespace}${shared ? ", somebody else's" : ""}): ${state}${workers}`;
}

function podRow(name: string, pod: PodStatus): string[] {
  return [name, pod.node ?? "–", pod.state, ...measures(pod), pod.reason ?? ""];
}

interface Measured {
  readonly uptime_s: number | null;
  readonly restarts: number;
  readonly memory_bytes: number | null;
  readonly memory_limit_bytes: number | null;
}

/** Up, restarts, memory. */
function measures({
  uptime_s: uptime,
  restarts,
  memory_bytes: used,
  memory_limit_bytes: limit,
}: Measured): string[] {
  const most = limit === null ? "" : ` of ${megabytes(limit)}`;
  const memory =
    used === null
      ? limit === null || uptime === null
        ? "–"
        : `up to ${megabytes(limit)}`
      : `${megabytes(used)}${most}`;
  return [uptime === null ? "–" : duration(uptime), `${restarts}`, memory];
}

function printTable(rows: readonly (readonly string[])[]): void {
  const table = [["INSTANCE", "NODE", "STATE", "UP", "RESTARTS", "MEMORY", "LAST LINE"], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  for (const row of table) {
    const line = row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : widths[column]!))
      .join("  ");
    console.log(line.slice(0, process.stdout.columns ?? Number(process.env.COLUMNS ?? 100)));
  }
}

const megabytes = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
