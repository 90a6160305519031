import { checkCluster } from "./check-cluster";
import { type Cluster, clusterSchema, toCluster } from "./cluster";
import { ConfigError } from "./config-error";
import { connectionsSchema } from "./connection";
import { readShape } from "./read-shape";
import { Source } from "./source";
import { withConnections } from "./with-connections";

/** Reads and checks a cluster file alone, its nodes reached as `connections` says. Throws ConfigError with every mistake of a step. */
export function loadCluster(file: string, connections?: string): Cluster {
  const source = Source.read(file);
  const cluster = readShape(source, clusterSchema);
  const issues = source.lines(checkCluster(cluster));
  if (issues.length > 0) throw new ConfigError(issues);
  if (connections === undefined) return toCluster(cluster);
  return toCluster(withConnections(cluster, readShape(Source.read(connections), connectionsSchema)));
}
