import * as pulumi from "@pulumi/pulumi";
import type { Topology } from "../../topology/topology";
import { KubernetesApi } from "./kubernetes-api";

/**
 * Reads the kubeconfig where a scenario needs one, so that a mistake in it is told before any resource is made; the plugin would
 * take a path that is not there for a kubeconfig. Contacts nobody. Throws KubernetesError.
 */
export async function readKubeconfig({ cluster, scenario }: Topology): Promise<void> {
  const clusters = scenario.rayClusters.filter(({ kubernetes }) => kubernetes !== undefined);
  if (clusters.length + (scenario.sharedRayClusters ?? []).length === 0) return;
  if (new pulumi.Config("berth").get("render_yaml")) return;
  await KubernetesApi.open(cluster.kubernetes!);
}
