import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Placement, Plan } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { Node as MachineNode } from "../topology/node";
import type { Topology } from "../topology/topology";
import { codeTree } from "./code-tree";
import { decisionOf } from "./decision";
import { ExperimentInstance } from "./experiment-instance";
import { goneFolder } from "./gone-folder";
import { Node } from "./node";
import { type Peer, roster } from "./roster";
import { sshAccess } from "./ssh-access";
import { stackOwner } from "./stack-owner";

/**
 * Makes the plan true: a loop over its placements, which decides nothing. Returns the stack's outputs.
 * On each node everything stands in one row (preflight, code, roster, then instance after instance), so that no node ever
 * serves two commands at once and destroy takes the row backwards; nothing is ended before every node is prepared, and
 * nothing starts before every roster is kept. With `max_unavailable` a start also waits for the one so many turns before it.
 * Throws ConfigError when a machine cannot be reached safely.
 */
export function deploy({ cluster, scenario, observed }: Topology, plan: Plan) {
  const stack = pulumi.getStack();
  const owner = stackOwner();
  const machines = cluster.nodes.filter((machine) =>
    plan.placements.some(({ node }) => node === machine.name),
  );
  const access = sshAccess(Object.fromEntries(machines.map((machine) => [machine.name, machine.connection])));
  const code = scenario.code && {
    root: scenario.code.localPath,
    exclude: scenario.code.exclude,
    tree: codeTree(scenario.code.localPath, scenario.code.exclude),
  };
  const byId = new Map(scenario.instances.map((instance): [string, Instance] => [instance.id, instance]));
  const nodes = machines.map((machine) => {
    const { name } = machine;
    const gone = join(goneFolder(), cluster.name, name);
    const heldByOthers = observed.others.filter(({ node }) => node === name);
    const isolated = placedOn(plan, name).some(({ instance }) => byId.get(instance)!.network === "isolated");
    return new Node(name, {
      machine,
      access: access.get(name)!,
      gone,
      stack,
      owner,
      code,
      heldByOthers,
      isolated,
      purge: scenario.purge,
    });
  });
  const prepared = nodes.map((node) => node.prepared);
  const peers = peersOf(plan, machines);
  const rosters = nodes.map((node) => roster(node, placedOn(plan, node.name), peers, prepared));
  const instances: Record<string, { node: string; address: string; port?: number; logPath: string }> = {};
  const starts: pulumi.CustomResource[] = [];
  const atOnce = scenario.update?.maxUnavailable ?? plan.placements.length;
  for (const [turn, placement] of plan.placements.entries()) {
    const node = nodes.find(({ name }) => name === placement.node)!;
    const args = { node, instance: byId.get(placement.instance)!, placement, turn: starts[turn - atOnce] };
    const before = starts[plan.placements.findLastIndex((one, at) => at < turn && one.node === node.name)];
    const instance = new ExperimentInstance(placement.instance, args, { dependsOn: before ?? rosters });
    starts.push(instance.started);
    instances[placement.instance] = {
      node: node.name,
      address: node.args.machine.connection.host,
      port: placement.port,
      logPath: instance.logPath,
    };
  }
  // Outputs that wait for every start describe the last success: after a failure the earlier ones stay.
  const started = pulumi.all(starts.map(({ id }) => id));
  const placements = Object.fromEntries(plan.placements.map(({ instance, node }) => [instance, node]));
  const decision = JSON.stringify(decisionOf(plan, observed, new Date()));
  return { placements, instances, plan: started.apply(() => decision) };
}

const placedOn = (plan: Plan, node: string): Placement[] =>
  plan.placements.filter((placement) => placement.node === node);

function peersOf(plan: Plan, machines: readonly MachineNode[]): Record<string, Peer> {
  const host = new Map(machines.map((machine) => [machine.name, machine.connection.host]));
  return Object.fromEntries(
    plan.placements.flatMap(({ instance, node, port }) =>
      port === undefined ? [] : [[instance, { node, host: host.get(node)!, port }]],
    ),
  );
}
