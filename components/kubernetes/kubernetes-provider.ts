import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { version } from "@pulumi/kubernetes/package.json";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesAccess } from "./kubernetes-api";

export interface KubernetesProviderArgs extends KubernetesAccess {
  /** Folder that manifests are written to instead of going to the API server. @default they go there */
  readonly renderTo?: string;
}

/** The kubernetes plugin for one context of a kubeconfig, never for whatever kubectl pointed at last. */
export function kubernetesProvider({
  context,
  kubeconfig,
  renderTo,
}: KubernetesProviderArgs): pulumi.ProviderResource {
  // The plugin refuses a folder beside a cluster.
  if (renderTo) return new KubernetesProvider("kubernetes", { renderYamlToDirectory: renderTo });
  const file = kubeconfig ?? (process.env.KUBECONFIG || "~/.kube/config");
  return new KubernetesProvider("kubernetes", {
    context,
    // It takes one file; several it reads from the variable by itself.
    ...((kubeconfig || !file.includes(delimiter)) && { kubeconfig: expanded(file) }),
    // As its package sends them.
    enableServerSideApply: "true",
    // Else the preview that would repair what was changed by hand is a conflict, and so is that of what was imported.
    enablePatchForce: "true",
  });
}

class KubernetesProvider extends pulumi.ProviderResource {
  constructor(name: string, props: pulumi.Inputs) {
    super("kubernetes", name, props, { version });
  }
}

const expanded = (path: string) => (path.startsWith("~/") ? join(homedir(), path.slice(2)) : path);
