import { dnsLabel } from "../../topology/dns-label";
import { type Manifest, ownLabels } from "./manifest";

/** A namespace. */
export function namespaceManifest(name: string, stack: string): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: ownLabels(stack) } };
}

/**
 * Limits for containers in a namespace that say none. It speaks for everybody there: what had none so far is ended at these when
 * it comes back.
 */
export function limitRange(namespace: string, stack: string): Manifest {
  const modest = { cpu: "1", memory: "1Gi" };
  return {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: `${dnsLabel(stack) || "berth"}-limits`, namespace, labels: ownLabels(stack) },
    spec: { limits: [{ type: "Container", default: modest, defaultRequest: modest }] },
  };
}
