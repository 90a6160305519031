import { version } from "@pulumi/kubernetes/package.json";
import * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "./manifest";

/** A manifest with parts that are known to nobody yet. */
export type ManifestInput = Manifest & { readonly data?: pulumi.Input<Record<string, pulumi.Input<string>>> };

/**
 * An object of Kubernetes as the kubernetes plugin keeps it. The classes of its package say nothing more, and take a second of
 * every preview to load.
 */
export function kubernetesObject(
  name: string,
  manifest: ManifestInput,
  opts: pulumi.CustomResourceOptions & { provider: pulumi.ProviderResource },
): pulumi.CustomResource {
  return new KubernetesObject(name, manifest, { ...opts, version });
}

class KubernetesObject extends pulumi.CustomResource {
  /** Of the object, not of the stack: another one where it was made anew. */
  declare readonly metadata: pulumi.Output<{ readonly uid?: string }>;

  constructor(name: string, manifest: ManifestInput, opts: pulumi.CustomResourceOptions) {
    super(`kubernetes:${groupOf(manifest)}:${manifest.kind}`, name, { ...manifest }, opts);
  }
}

const groupOf = ({ apiVersion }: Manifest) => (apiVersion === "v1" ? "core/v1" : apiVersion);
