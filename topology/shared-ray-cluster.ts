import type { z } from "zod";
import { choice, kubernetesName, line, list, matching, namespaceName, section } from "./fields";

/** Somebody else's RayCluster, and who uses it from another namespace. Nothing of it is made or changed. */
export interface SharedRayCluster {
  name: string;
  namespace: string;
  /** Of Ray, which its clients have to match. */
  version: string;
  /** Of its images, of which clients have to match the first two numbers. */
  python: string;
  /** Why it may be older than what is safe. */
  exemption?: string;
  client: { namespace: string; serviceAccount: string; role: "namespaced" | "cluster" };
  /** As `ray.init` takes it. */
  runtimeEnv: { pip?: string[] };
}

// What KubeRay takes.
const rayClusterName = matching(
  /^[a-z]([a-z0-9-]{0,51}[a-z0-9])?$/,
  "a RayCluster in Kubernetes: lower case letters, digits and '-', a letter first (1 to 53)",
);

export const sharedRayClusterSchema = section("a map that describes somebody else's Ray cluster", {
  name: rayClusterName.meta({ description: "What its RayCluster object is called", example: "ray-gpu" }),
  namespace: namespaceName.meta({ description: "Where that is", example: "ray" }),
  ray: matching(/^\d+\.\d+\.\d+$/, "a version of Ray such as 2.60.0").meta({
    description: "Its version of Ray: clients need the same",
    example: "2.49.2",
  }),
  python: matching(/^3\.\d+(\.\d+)?$/, 'a version of Python such as "3.11" or "3.11.2"').meta({
    description: "Python of its images: clients need the same in its first two numbers",
    example: "3.11",
  }),
  exemption: line("text on one line").optional().meta({
    description: "Why it may be of a Ray older than 2.54.0; every preview shows it",
    absent: "it may not",
    example: "in production since May; moves to 2.60.0 in December",
  }),
  client: section("a map with namespace and service_account", {
    namespace: namespaceName.meta({ description: "Where the client's pods are", example: "swe-ai-fleet" }),
    service_account: kubernetesName.meta({
      description: "Who they are; made if it is not there",
      example: "workspace-runner-sa",
    }),
    role: choice(["namespaced", "cluster"]).default("namespaced").meta({
      description:
        "namespaced: may find that one cluster and run jobs beside it; cluster: may also make and delete clusters of its own, everywhere",
      example: "cluster",
    }),
  }).meta({ description: "Who uses it" }),
  runtime_env: section("a map with pip", {
    pip: list("a list of Python packages", line("a Python package"))
      .optional()
      .meta({
        description: "Packages that each session installs on the cluster",
        absent: "none",
        example: ["openai", "nats-py"],
      }),
  })
    .prefault({})
    .meta({ description: "What each session brings along, as `ray.init` takes it" }),
});

export type WrittenSharedRayCluster = z.output<typeof sharedRayClusterSchema>;

export function toSharedRayCluster(written: WrittenSharedRayCluster): SharedRayCluster {
  const { client, exemption, runtime_env: runtimeEnv } = written;
  return {
    name: written.name,
    namespace: written.namespace,
    version: written.ray,
    python: written.python,
    ...(exemption && { exemption }),
    client: { namespace: client.namespace, serviceAccount: client.service_account, role: client.role },
    runtimeEnv: { ...(runtimeEnv.pip && { pip: runtimeEnv.pip }) },
  };
}
