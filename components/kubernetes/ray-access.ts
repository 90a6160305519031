import { headHost, headPorts } from "./kube-ray-spec";
import type { KubernetesAccess } from "./kubernetes-api";

/** How a cluster is reached: from pods of the same Kubernetes, and through a port-forward from anywhere else. */
export function rayAccess(
  cluster: { readonly name: string; readonly namespace: string },
  { context, kubeconfig }: KubernetesAccess,
) {
  const host = headHost(cluster);
  const service = `${cluster.name}-head-svc`;
  const kubectl = ["kubectl", ...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), "--context", context];
  const ports = `${headPorts.client} ${headPorts.dashboard}`;
  return {
    launcher: "kuberay" as const,
    name: cluster.name,
    namespace: cluster.namespace,
    context,
    clientAddress: `ray://${host}:${headPorts.client}`,
    dashboard: `http://${host}:${headPorts.dashboard}`,
    headService: service,
    portForward: `${kubectl.map(shellWord).join(" ")} --namespace ${cluster.namespace} port-forward service/${service} ${ports}`,
    forwardedAddress: `ray://127.0.0.1:${headPorts.client}`,
  };
}

/** A word for a shell that somebody types into; a leading `~` stays one. */
function shellWord(text: string): string {
  const [, home = "", rest = ""] = /^(~\/)?(.*)$/s.exec(text)!;
  return /^[\w@%+=:,./-]+$/.test(rest) ? text : `${home}'${rest.replaceAll("'", "'\\''")}'`;
}
