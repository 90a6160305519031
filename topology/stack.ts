import { z } from "zod";
import { flag } from "./fields";

const path = z.string("the path of a file, from the project's directory").meta({
  allowed: "the path of a file, from the project's directory",
});

const config = "a map with berth:cluster and berth:scenario";

/** `Pulumi.<stack>.yaml`. Loose: the rest of a stack file is Pulumi's and other programs'. */
export const stackSchema = z
  .looseObject(
    {
      config: z
        .looseObject(
          {
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
              description:
                "Snapshot of facts that `./berth facts` writes and the preview reads; it need not exist",
              absent: "`.berth/facts/<stack>.json`",
              example: "facts/hive-cluster.json",
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
          },
          config,
        )
        .meta({ description: "Pulumi's own keys may stand beside these", allowed: config }),
    },
    "a map with config",
  )
  .meta({
    description: "What a stack is made of, as in `stacks/Pulumi.*.yaml`",
    allowed: "a map with config",
  });
