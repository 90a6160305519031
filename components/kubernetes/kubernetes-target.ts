import type * as pulumi from "@pulumi/pulumi";
import { clusterCommand } from "./cluster-command";
import type { KubernetesAccess } from "./kubernetes-api";
import { kubernetesObject } from "./kubernetes-object";
import type { Manifest } from "./manifest";

/** Where objects go. */
export interface KubernetesTarget {
  readonly provider: pulumi.ProviderResource;
  readonly access: KubernetesAccess;
  /** Folder that they are written to instead; then nothing is asked or awaited. */
  readonly renderTo?: string;
}

/** Paths that the API server has to know before anything of it is made: its version, and KubeRay's kinds. */
export const needsKubeRay = ["/version", "/apis/ray.io/v1"];

/**
 * An object that may have been there before, and then stays: a namespace, a service account.
 * @param apis what has to be there, too; looked for first
 */
export function claimedObject(
  name: string,
  object: Manifest,
  { access, provider, renderTo }: KubernetesTarget,
  apis: readonly string[],
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): pulumi.CustomResource {
  if (renderTo) return kubernetesObject(name, object, { ...opts, provider });
  const { namespace = "", name: own, labels } = object.metadata;
  return clusterCommand(
    name,
    {
      access,
      place: [access.context, object.kind, namespace, own, JSON.stringify(labels)],
      ensure: "claim",
      undo: "release",
      request: { object, apis },
    },
    opts,
  );
}
