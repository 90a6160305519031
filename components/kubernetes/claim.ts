import { setTimeout as pause } from "node:timers/promises";
import type { ClusterRequest } from "./cluster-command";
import type { KubernetesApi } from "./kubernetes-api";
import { KubernetesError } from "./kubernetes-error";
import type { Manifest } from "./manifest";

interface Found {
  readonly metadata: { readonly labels?: Record<string, string>; readonly deletionTimestamp?: string };
}

/**
 * Makes a namespace or a service account where there is none. The kubernetes plugin would take over one that is there, and
 * remove it in the end with all that others have in it. Throws KubernetesError, also where one of `apis` is missing.
 */
export async function claim(api: KubernetesApi, { object, apis }: ClusterRequest["claim"]): Promise<void> {
  for (const path of apis) await api.get(path);
  const deadline = Date.now() + goneSeconds * 1000;
  for (;;) {
    const found = await find(api, object);
    if (!found) return api.create(collection(object), object);
    if (!found.metadata.deletionTimestamp) return;
    if (Date.now() > deadline) throw stillGoing(api, object);
    await pause(1000);
  }
}

/** Removes what `claim` made. What was there before stays, and so does a namespace in which others have something. */
export async function release(api: KubernetesApi, { object }: ClusterRequest["release"]): Promise<void> {
  const found = await find(api, object);
  if (!found || !isOurs(found, object)) return;
  if (object.kind === "Namespace") {
    const others = await heldByOthers(api, object);
    if (others) {
      console.error(`berth: namespace ${object.metadata.name} stays: ${others}`);
      return;
    }
  }
  await api.remove(itemPath(object));
  const deadline = Date.now() + goneSeconds * 1000;
  while (await find(api, object)) {
    if (Date.now() > deadline) throw stillGoing(api, object);
    await pause(500);
  }
}

/** What would go with a namespace and is not its maker's: what runs, what cannot be had again, what other stacks made. */
async function heldByOthers(api: KubernetesApi, { metadata }: Manifest): Promise<string | undefined> {
  const stack = "berth.dev/stack";
  const ofOthers = encodeURIComponent(`${stack},${stack}!=${metadata.labels[stack]}`);
  for (const [what, kind, query] of [
    ["pods of others are in it", "pods"],
    ["volumes of others are in it", "persistentvolumeclaims"],
    ["another stack uses it", "resourcequotas", `labelSelector=${ofOthers}`],
    ["another stack uses it", "configmaps", `labelSelector=${ofOthers}`],
  ] as const) {
    const path = `/api/v1/namespaces/${metadata.name}/${kind}`;
    const found = await api.list<{ metadata: { name: string } }>(path, query);
    if (found.length > 0) return `${what} (${found.map((one) => one.metadata.name).join(", ")})`;
  }
  return undefined;
}

const goneSeconds = 120;

const isOurs = ({ metadata }: Found, object: Manifest) =>
  Object.entries(object.metadata.labels).every(([key, value]) => metadata.labels?.[key] === value);

async function find(api: KubernetesApi, object: Manifest): Promise<Found | undefined> {
  try {
    return await api.get<Found>(itemPath(object));
  } catch (error) {
    if (error instanceof KubernetesError && error.fault === "NotFound") return undefined;
    throw error;
  }
}

function collection({ kind, metadata: { namespace } }: Manifest): string {
  return kind === "Namespace" ? "/api/v1/namespaces" : `/api/v1/namespaces/${namespace}/serviceaccounts`;
}

const itemPath = (object: Manifest) => `${collection(object)}/${object.metadata.name}`;

function stillGoing(api: KubernetesApi, { kind, metadata: { name } }: Manifest): Error {
  const kubectl = `kubectl --context ${api.access.context}`;
  return new KubernetesError(
    "AnswerUnexpected",
    `${kind} ${name} is being removed and still there after ${goneSeconds} s; see what holds it:  ${kubectl} get ${kind.toLowerCase()} ${name} -o yaml`,
  );
}
