import type { KubernetesAccess } from "./kubernetes-api";
import { KubernetesError } from "./kubernetes-error";

const errnos: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "its name cannot be resolved",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to its network",
  ETIMEDOUT: "it does not answer",
  EPROTO: "it does not speak TLS",
};

/** Nobody answered, or somebody else. `why`: an error of the connection, or words. */
export function unreachable(
  { context }: KubernetesAccess,
  server: string,
  why: NodeJS.ErrnoException | string,
): KubernetesError {
  const where = `context "${context}" (${server})`;
  if (typeof why !== "string" && /CERT|SELF_SIGNED|VERIFY|ISSUER/.test(why.code ?? ""))
    return new KubernetesError(
      "CertificateRefused",
      `${where}: ${why.message}; take the cluster's certificate-authority into the kubeconfig anew`,
    );
  const words = typeof why === "string" ? why : (errnos[why.code ?? ""] ?? why.message);
  return new KubernetesError(
    "Unreachable",
    `${where}: ${words}; see whether the cluster is up, and a VPN or tunnel to it:  kubectl --context ${context} version`,
  );
}

/** What an API server's refusal means, in the order: who are you, may you, is there such a thing. */
export function refusalOf(
  { context }: KubernetesAccess,
  server: string,
  path: string,
  status: number,
  body: string,
): KubernetesError {
  const said = statusOf(body);
  const where = `context "${context}"`;
  if (status === 401)
    return new KubernetesError(
      "Unauthorized",
      `${where} (${server}): the credentials are refused; renew them, then try  kubectl --context ${context} auth whoami`,
    );
  if (status === 403) {
    const verb = /cannot (\w+) resource/.exec(said?.message ?? "")?.[1] ?? "get";
    const resource = /resource "([^"]+)" in API group "([^"]*)"/.exec(said?.message ?? "");
    const kind = resource ? [resource[1], resource[2]].filter(Boolean).join(".") : path.split("?")[0]!;
    const namespace = /in the namespace "([^"]+)"/.exec(said?.message ?? "")?.[1];
    const user = /User "([^"]+)"/.exec(said?.message ?? "")?.[1];
    const scope = namespace ? `in namespace ${namespace}` : "in the whole cluster";
    return new KubernetesError(
      "Forbidden",
      `${where}: ${user ?? "its user"} may not ${verb} ${kind} ${scope}; ask for a role with that, then try  kubectl --context ${context} auth can-i ${verb} ${kind} ${namespace ? `-n ${namespace}` : "-A"}`,
    );
  }
  if (status === 404 && said === undefined) {
    const [, version] = /^\/apis\/([^/]+\/[^/]+)/.exec(path) ?? [];
    if (version === undefined)
      return new KubernetesError("AnswerUnexpected", `${server}${path} is not there; is that an API server?`);
    const remedy = version.startsWith("ray.io/")
      ? `install the KubeRay operator:  helm --kube-context ${context} install kuberay-operator kuberay/kuberay-operator --version 1.6.1`
      : `see  kubectl --context ${context} api-resources`;
    return new KubernetesError("KindMissing", `${where} has no ${version}; ${remedy}`);
  }
  if (status === 404) return new KubernetesError("NotFound", `${where}: ${said!.message}`);
  return new KubernetesError(
    "AnswerUnexpected",
    `${where} (${server}): ${status} ${said?.message ?? body.slice(0, 200).replace(/\s+/g, " ")}`,
  );
}

/** The server's own words; undefined: what answered is no API server, or knows no such path. */
function statusOf(body: string): { message: string } | undefined {
  try {
    const said = JSON.parse(body) as { kind?: string; message?: string };
    return said.kind === "Status" ? { message: said.message ?? "" } : undefined;
  } catch {
    return undefined;
  }
}
