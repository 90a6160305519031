import { checkCluster } from "./check-cluster";
import { type Cluster, clusterSchema, toCluster } from "./cluster";
import { ConfigError } from "./config-error";
import { readShape } from "./read-shape";
import { Source } from "./source";

/** Reads and checks a cluster file alone. Throws ConfigError with every mistake of a step. */
export function loadCluster(file: string): Cluster {
  const source = Source.read(file);
  const cluster = readShape(source, clusterSchema);
  const issues = source.lines(checkCluster(cluster));
  if (issues.length > 0) throw new ConfigError(issues);
  return toCluster(cluster);
}
