import { z } from "zod";
import { dictionary, flag, line, looseSection, name, ownKeys, section } from "./fields";

const path = line("the path of a file, from the project's directory");

/** `Pulumi.<stack>.yaml`, as far as it is ours. */
export const stackSchema = looseSection("a map with config", {
  config: ownKeys("a map with berth:cluster and berth:scenario", "berth:", {
    "berth:cluster": path.meta({
      description: "The cluster file",
      example: "stacks/clusters/brain-in-jar.yaml",
    }),
    "berth:scenario": path.meta({
      description: "The scenario file",
      example: "stacks/scenarios/hive-cluster.yaml",
    }),
    "berth:connections": path.optional().meta({
      description: "The connections file",
      absent: "nodes are reached as the cluster file says",
      example: "stacks/clusters/lab.connections.yaml",
    }),
    "berth:facts": path.optional().meta({
      description: "Snapshot of facts that `./berth health` writes and the preview reads; it need not exist",
      absent: "`.berth/facts/<stack>.json`",
      example: "facts/hive-cluster.json",
    }),
    "berth:gone": path.optional().meta({
      description:
        "Folder of the machines that `./berth gone` gave up, and of what has to be cleared away there. All stacks on the same machines share it",
      absent: "`.berth/gone`",
      example: "gone",
    }),
    "berth:drained": path.optional().meta({
      description:
        "Folder of the machines that `./berth drain` took out of service. All stacks on the same machines share it",
      absent: "`.berth/drained`",
      example: "drained",
    }),
    "berth:watch": path.optional().meta({
      description: "Folder in which `./berth watch` keeps what it saw and did, a line of JSON each",
      absent: "`.berth/watch`",
      example: "watch",
    }),
    "berth:journal": path.optional().meta({
      description: "Folder in which `./berth up` keeps what was decided and done",
      absent: "`logs/cluster`",
      example: "journal",
    }),
    "berth:purge": z
      .union([flag, z.enum(["true", "false"])], "true or false")
      .optional()
      .meta({
        description: "Whether `destroy` also removes logs and results; beats the scenario's `purge`",
        allowed: "true or false",
        absent: "as in the scenario",
        example: true,
      }),
    "berth:render_yaml": path.optional().meta({
      description:
        "Folder that manifests for Kubernetes are written to instead of going to an API server, for those who have them applied " +
        "by something else. Tokens are in them as they are",
      absent: "they go to the API server",
      example: "rendered",
    }),
    "berth:policies": dictionary(
      "a map of rule to reason",
      name,
      section("a map with reason", {
        reason: line("text on one line").meta({
          description: "Why it may be broken here; every preview shows it",
          example: "one night only, Ana watches it",
        }),
      }),
    )
      .optional()
      .meta({
        description: "Rules of `policies/` that are only advice for this stack",
        absent: "every rule holds",
        example: { "require-memory-headroom": { reason: "one night only, Ana watches it" } },
      }),
  }).meta({ description: "Pulumi's own keys may stand beside these" }),
}).meta({ description: "What a stack is made of, as in `stacks/Pulumi.*.yaml`" });
