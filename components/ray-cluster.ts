import { createHash, randomBytes } from "node:crypto";
import { posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { RayCluster as Described } from "../topology/ray-cluster";
import { rayPorts } from "../topology/ray-ports";
import { holding } from "./holding";
import type { Placed } from "./instance-view";
import { RayHead } from "./ray-head";
import type { RayMemberArgs } from "./ray-member";
import { type RayAddress, raySpec } from "./ray-spec";
import { rayStatusCommand } from "./ray-status-command";
import { RayWorker } from "./ray-worker";

export interface RayClusterArgs {
  readonly cluster: Described;
  /** Its members with their places, in any order. */
  readonly members: readonly Placed[];
}

/**
 * A Ray cluster over SSH nodes: token, head and workers. It is there when each member has joined. Members are added one by one
 * with `join`, the head first, as each waits for what its node does before.
 *
 * ```ts
 * const mind = new RayCluster("mind", { cluster, members });
 * mind.join(members[0], { dependsOn: rosters });
 * ```
 */
export class RayCluster extends pulumi.ComponentResource {
  static readonly __pulumiType = "berth:components:RayCluster";

  /** What whoever speaks to the cluster has to show. Made once, and a secret. */
  readonly token: pulumi.Output<string>;
  /** The member that leads. */
  readonly leader: Placed;
  private readonly address: RayAddress;
  private readonly formation: string;
  private head: RayHead | undefined;

  constructor(
    name: string,
    readonly args: RayClusterArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(RayCluster.__pulumiType, name, policyView(args), opts);
    this.leader = leaderOf(args);
    this.address = addressOf(this.leader);
    this.formation = formationOf(args);
    const proposal = pulumi.secret(randomBytes(32).toString("hex"));
    const stash = new pulumi.Stash(
      `${name}-token`,
      { input: proposal },
      { parent: this, ignoreChanges: ["input"], additionalSecretOutputs: ["input", "output"] },
    );
    this.token = pulumi.secret(stash.output.apply(String));
    this.registerOutputs(policyView(args));
  }

  /** Adds a member. A worker may only come after its head. `turn`: the start that has to be done before its own. */
  join(
    member: Placed & Pick<RayMemberArgs, "turn">,
    opts: pulumi.ComponentResourceOptions,
  ): RayHead | RayWorker {
    const { args, address, formation, token } = this;
    const complete = { ...member, cluster: args.cluster, head: address, formation, token };
    const options = { ...opts, parent: this };
    if (member.instance.ray!.role === "head") {
      this.head = new RayHead(member.instance.id, complete, options);
      return this.head;
    }
    return new RayWorker(member.instance.id, { ...complete, leader: this.head! }, options);
  }

  /** Where it is and how to speak to it, for the stack's outputs. */
  outputs() {
    const { node, placement } = this.leader;
    const { host, port } = this.address;
    const ports = rayPorts(placement.port!);
    const folder = posix.join(
      node.args.machine.remoteWorkDir,
      ".berth",
      node.args.stack,
      "ray",
      this.args.cluster.name,
    );
    const address = `${host}:${port}`;
    return {
      address,
      clientAddress: `ray://${host}:${ports.client_server}`,
      dashboard: `http://127.0.0.1:${ports.dashboard} on ${node.name}`,
      head: node.name,
      members: Object.fromEntries(
        this.args.members.map((member) => [member.instance.id, member.placement.node]),
      ),
      statusCommand: rayStatusCommand({ stack: node.args.stack, node: node.name, folder, address }),
      versions: pulumi.unsecret(this.head!.versions),
      token: this.token,
    };
  }
}

const leaderOf = ({ members }: RayClusterArgs): Placed =>
  members.find(({ instance }) => instance.ray!.role === "head")!;

const hostOf = ({ node }: Placed): string => node.args.machine.connection.host;

const addressOf = (member: Placed): RayAddress => ({
  host: hostOf(member),
  port: rayPorts(member.placement.port!).gcs,
});

/** All that starts any member anew, in 16 hex digits. */
function formationOf(args: RayClusterArgs): string {
  const head = addressOf(leaderOf(args));
  const specs = args.members.map((member) => [
    member.placement.node,
    holding(member.placement),
    raySpec(args.cluster, { ...member, host: hostOf(member) }, head),
  ]);
  return createHash("sha256").update(JSON.stringify(specs)).digest("hex").slice(0, 16);
}

/** What a policy may judge: plain, known in every preview. */
function policyView(args: RayClusterArgs) {
  const { name, ...described } = args.cluster;
  const leader = leaderOf(args);
  return {
    ...described,
    cluster: name,
    stack: leader.node.args.stack,
    head: { node: leader.placement.node, ...addressOf(leader) },
    members: args.members.map(({ instance }) => instance.id),
    // The node's program has no other way of starting a member: workloads/supervisor/ray_member.py.
    authMode: "token",
    dashboardHost: "127.0.0.1",
  };
}

export type RayClusterView = ReturnType<typeof policyView>;
