import { local } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { KubernetesAccess } from "./kubernetes-api";
import type { Manifest } from "./manifest";

/** What each verb is told besides how the API server is reached. */
export interface ClusterRequest {
  /** Makes an object where there is none; one that is there stays as it is, and whose it was. */
  claim: { readonly object: Manifest; readonly apis: readonly string[] };
  /** Removes it if it was made by `claim` for the same stack, and nobody else uses it. */
  release: { readonly object: Manifest };
  /** Waits until a Ray cluster is there as it was last asked for. */
  ready: RayClusterName & { readonly seconds: number };
  /** Waits until nothing of a Ray cluster is left. */
  gone: RayClusterName & { readonly seconds: number };
}

export type ClusterVerb = keyof ClusterRequest;

export interface RayClusterName {
  readonly namespace: string;
  readonly name: string;
}

export interface ClusterCommandArgs {
  readonly access: KubernetesAccess;
  /** A change of any of them makes it another one. */
  readonly place: readonly pulumi.Input<string>[];
  /** Runs at create. */
  readonly ensure?: ClusterVerb;
  /** Runs at delete, with the request of the last success. */
  readonly undo?: ClusterVerb;
  readonly request: ClusterRequest[ClusterVerb];
}

/** One verb on the API server, of those that its plugin does not have. */
export function clusterCommand(
  name: string,
  { access, place, ensure, undo, request }: ClusterCommandArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): local.Command {
  return new local.Command(
    name,
    {
      create: ensure && commandLine(ensure),
      update: ensure && commandLine(ensure),
      delete: undo && commandLine(undo),
      stdin: JSON.stringify({ access, ...request }),
      triggers: [...place],
      addPreviousOutputInEnv: false,
      logging: "none",
    },
    opts,
  );
}

/** Fixed text, the same for everybody: a command that fails is quoted. */
const commandLine = (verb: ClusterVerb) =>
  `exec node --import tsx components/kubernetes/run-on-cluster.ts ${verb}`;
