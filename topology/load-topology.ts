import { dirname, relative, resolve } from "node:path";
import { checkCluster } from "./check-cluster";
import { checkCode } from "./check-code";
import { checkEnvironment } from "./check-environment";
import { checkKubeRay } from "./check-kube-ray";
import { checkPlaces } from "./check-places";
import { checkPorts } from "./check-ports";
import { checkRay } from "./check-ray";
import { checkScenario } from "./check-scenario";
import { clusterSchema, toCluster } from "./cluster";
import { ConfigError } from "./config-error";
import { connectionsSchema, toSsh, type WrittenConnections } from "./connection";
import { didYouMean } from "./did-you-mean";
import type { Finding } from "./finding";
import { noObservations } from "./observed";
import { readShape } from "./read-shape";
import { scenarioSchema, toScenario } from "./scenario";
import { Source } from "./source";
import type { Topology } from "./topology";
import { withConnections } from "./with-connections";

/** The files a topology is written in. `connections` overlays how the cluster's nodes are reached, and nothing else. */
export interface TopologyFiles {
  cluster: string;
  scenario: string;
  connections?: string | undefined;
}

/**
 * Reads, checks and joins the files into one frozen value. Throws ConfigError with every mistake of a step (syntax, then
 * shape, then references) in all files at once.
 */
export function loadTopology(files: TopologyFiles, observed = noObservations): Topology {
  const sources = ConfigError.gather([
    () => Source.read(files.cluster),
    () => Source.read(files.scenario),
    () => (files.connections === undefined ? undefined : Source.read(files.connections)),
  ]);
  rejectSwapped(files, sources[0].value, sources[1].value);
  const [cluster, scenario, connections] = ConfigError.gather([
    () => readShape(sources[0], clusterSchema),
    () => readShape(sources[1], scenarioSchema),
    () => sources[2] && readShape(sources[2], connectionsSchema),
  ]);
  const localPath = scenario.code && fromWorkingDirectory(files.scenario, scenario.code.local_path);
  const nodes = cluster.nodes.map(({ name }) => name);
  const overSsh = cluster.nodes.flatMap((node) => (toSsh(node) ? [node.name] : []));
  const issues = [
    ...sources[0].lines([...checkCluster(cluster), ...checkPorts(cluster, scenario)]),
    ...sources[1].lines([
      ...checkScenario(scenario, nodes),
      ...checkRay(scenario, nodes),
      ...checkKubeRay(scenario, cluster),
      ...checkEnvironment(scenario, sources[1]),
      ...checkCode(scenario, localPath),
    ]),
    ...(sources[2]?.lines(connectionFindings(connections!, nodes, overSsh)) ?? []),
  ];
  const reached = connections ? withConnections(cluster, connections) : cluster;
  for (const finding of checkPlaces(reached)) {
    const { name } = cluster.nodes[finding.path[1] as number]!;
    const isOverlaid = connections !== undefined && Object.hasOwn(connections.nodes, name);
    issues.push(
      ...(isOverlaid
        ? sources[2]!.lines([{ ...finding, path: ["nodes", name, "remote_work_dir"] }])
        : sources[0].lines([finding])),
    );
  }
  if (issues.length > 0) throw new ConfigError(issues);
  return freeze({
    cluster: toCluster(reached),
    scenario: toScenario(scenario, localPath),
    observed,
  });
}

/** Two files in each other's place would be called wrong in every line. */
function rejectSwapped({ cluster, scenario }: TopologyFiles, first: unknown, second: unknown): void {
  const has = (value: unknown, ...keys: string[]) =>
    typeof value === "object" && value !== null && keys.some((key) => Object.hasOwn(value, key));
  if (!has(first, "instances", "ray_clusters") || has(first, "nodes")) return;
  if (!has(second, "nodes") || has(second, "instances", "ray_clusters")) return;
  throw new ConfigError([`${cluster} is a scenario file and ${scenario} a cluster file; swap them`]);
}

function fromWorkingDirectory(file: string, path: string): string {
  return relative(process.cwd(), resolve(dirname(file), path)) || ".";
}

function connectionFindings(
  { nodes }: WrittenConnections,
  known: readonly string[],
  overSsh: readonly string[],
): Finding[] {
  return Object.keys(nodes).flatMap((name) => {
    if (overSsh.includes(name)) return [];
    const text = known.includes(name)
      ? "SSH does not come to it in the cluster file; write host and ssh_user there, or leave this out"
      : `no such node in the cluster${didYouMean(name, overSsh)}`;
    return [{ path: ["nodes", name], text, atKey: true }];
  });
}

function freeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}
