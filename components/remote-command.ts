import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { nodeRequest } from "./node-program";
import { type Reach, reachEnvironment, runOnNode } from "./reach";

/** Verbs of the node's supervisor that change something there. Each is an *ensure*: running it twice changes nothing more. */
export type RemoteVerb =
  | "preflight"
  | "roster"
  | "start"
  | "stop"
  | "purge"
  | "ray-environment"
  | "ray-remove"
  | "ray-joined"
  | "ray-job"
  | "ray-job-stop";

/** Seconds after which a verb ends itself on the node, so that no update waits for ever. */
const deadlineSeconds: Record<RemoteVerb, number> = {
  preflight: 60,
  roster: 120,
  start: 120,
  stop: 120,
  purge: 180,
  // Hundreds of megabytes, over whatever connection the node has.
  "ray-environment": 600,
  "ray-remove": 180,
  "ray-joined": 240,
  "ray-job": 3600,
  "ray-job-stop": 120,
};

export interface RemoteCommandArgs {
  /**
   * Where this happens: the node's name (never its address), and what else makes it another place. A change means that the old
   * place is left before the new one is entered.
   */
  readonly place: readonly pulumi.Input<string>[];
  readonly reach: Reach;
  /** Runs at create and at every change. Without it nothing is contacted before `undo`. */
  readonly ensure?: RemoteVerb;
  /** Runs at delete, with the request and the connection of the last success. */
  readonly undo?: RemoteVerb;
  /** @default what the verb usually takes */
  readonly deadlineSeconds?: number;
  /** Parameters of the verbs. They travel as JSON on stdin, never in a command line. */
  readonly request: pulumi.Input<Record<string, unknown>>;
}

/**
 * One verb on one node over SSH: the only resource in Berth that runs anything on a machine.
 * What each option below prevents is tested in test/components/remote-command.test.ts.
 */
export function remoteCommand(
  name: string,
  args: RemoteCommandArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): local.Command {
  const deadline = args.deadlineSeconds ?? deadlineSeconds[args.ensure ?? args.undo ?? "start"];
  return new local.Command(
    name,
    {
      create: args.ensure && commandLine(args.ensure),
      update: args.ensure && commandLine(args.ensure),
      delete: args.undo && commandLine(args.undo),
      environment: reachEnvironment(args.reach, deadline),
      stdin: pulumi
        .output(args.request)
        .apply((request) => nodeRequest({ deadline_s: deadline, ...request })),
      triggers: [...args.place],
      addPreviousOutputInEnv: false,
      logging: "none",
    },
    { ...opts, deleteBeforeReplace: true, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}

/** Fixed text, the same for every node and user: a command that fails is quoted. */
const commandLine = (verb: RemoteVerb) => `exec sh ${runOnNode} ${verb}`;
