import { readFileSync } from "node:fs";
import { ConfigError } from "../../topology/config-error";
import { awaitGone } from "./await-gone";
import { awaitReady } from "./await-ready";
import { claim, release } from "./claim";
import type { ClusterRequest, ClusterVerb } from "./cluster-command";
import { KubernetesApi } from "./kubernetes-api";

const verbs: { [Verb in ClusterVerb]: (api: KubernetesApi, request: ClusterRequest[Verb]) => Promise<void> } =
  {
    claim,
    release,
    ready: awaitReady,
    gone: awaitGone,
  };

/**
 * Program (`node --import tsx components/kubernetes/run-on-cluster.ts VERB`): what the kubernetes plugin cannot do with an API
 * server. Reads its request as JSON from stdin: never a token, the kubeconfig is read here.
 */
async function main(verb: ClusterVerb): Promise<void> {
  const { access, ...request } = JSON.parse(readFileSync(0, "utf8"));
  await verbs[verb](await KubernetesApi.open(access), request);
}

main(process.argv[2] as ClusterVerb).catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});
