import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RayJob as Described } from "../topology/ray-job";
import type { Node } from "./node";
import type { RayCluster } from "./ray-cluster";
import { remoteCommand } from "./remote-command";

export interface RayJobArgs {
  readonly job: Described;
  readonly cluster: RayCluster;
}

/**
 * A program that runs on a Ray cluster once, to its end: an update succeeds when it did, and an update that changes neither
 * program nor command does not run it again.
 *
 * ```ts
 * new RayJob("pipeline", { job, cluster }, { dependsOn: joined });
 * ```
 */
export class RayJob extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:RayJob";

  /** Done when the program has ended well. */
  readonly done: pulumi.Resource;
  /** Its log on the head's node. */
  readonly logPath: string;
  /** What the program wrote to `$BERTH_RESULT`, if that was JSON of at most 64 KB. Not a secret: it is there to be read. */
  readonly result: pulumi.Output<unknown>;
  /** The head's. */
  readonly node: Node;

  constructor(
    name: string,
    readonly args: RayJobArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { dependsOn, ...own } = opts ?? {};
    super(RayJob.__pulumiType, name, policyView(args), own);
    const { job, cluster } = args;
    const { node } = cluster.leader;
    this.node = node;
    const request = node.target.apply((target) => ({
      ...target,
      job: {
        id: job.name,
        cluster: job.cluster,
        command: job.command,
        env: job.env,
        code: node.args.code?.tree.digest ?? null,
        timeout_s: job.timeoutSeconds,
        attempts: job.attempts,
      },
    }));
    const run = remoteCommand(
      `${name}-run`,
      {
        place: node.place,
        reach: node.reach,
        ensure: "ray-job",
        undo: "ray-job-stop",
        deadlineSeconds: job.timeoutSeconds + marginSeconds,
        request: Object.keys(job.env).length > 0 ? pulumi.secret(request) : request,
      },
      { parent: this, dependsOn },
    );
    this.done = run;
    const { remoteWorkDir } = node.args.machine;
    this.logPath = posix.join(remoteWorkDir, "logs", node.args.stack, `${job.name}.log`);
    this.result = pulumi.unsecret(run.stdout).apply((answer) => JSON.parse(answer).result ?? null);
    this.registerOutputs({ ...policyView(args), logPath: this.logPath });
  }

  /** Where its traces are and what it said, for the stack's outputs. */
  outputs() {
    return {
      cluster: this.args.job.cluster,
      node: this.node.name,
      logPath: this.logPath,
      result: this.result,
    };
  }
}

/** The node ends the program by its own clock; this is for what it does before and after. */
const marginSeconds = 120;

/** What a policy may judge: plain, known in every preview. Values of `env` are left out: they may be private. */
function policyView({ job, cluster }: RayJobArgs) {
  const { env, name, ...described } = job;
  const { node } = cluster.leader;
  return { ...described, job: name, envNames: Object.keys(env), stack: node.args.stack, node: node.name };
}
