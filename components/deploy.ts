import * as pulumi from "@pulumi/pulumi";
import type { Placement, Plan } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { Node as MachineNode } from "../topology/node";
import type { Topology } from "../topology/topology";
import { codeTree } from "./code-tree";
import { decisionOf } from "./decision";
import { ExperimentInstance } from "./experiment-instance";
import { Node, type Peer } from "./node";
import { sshAccess } from "./ssh-access";
import { stackOwner } from "./stack-owner";

/**
 * Makes the plan true: a loop over its placements, which decides nothing. Returns the stack's outputs.
 * On each node everything stands in one row (preflight, code, roster, then instance after instance), so that no node ever
 * serves two commands at once and destroy takes the row backwards; no instance starts before every node is ready.
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
  const peers = peersOf(plan, machines);
  const nodes = machines.map(
    (machine) =>
      new Node(machine.name, {
        machine,
        access: access.get(machine.name)!,
        stack,
        owner,
        code,
        instances: placedOn(plan, machine.name).map(({ instance }) => instance),
        peers,
        purge: scenario.purge,
      }),
  );
  const ready = nodes.map((node) => node.ready);
  const byId = new Map(scenario.instances.map((instance): [string, Instance] => [instance.id, instance]));
  const instances: Record<string, { node: string; address: string; port?: number; logPath: string }> = {};
  // Outputs that wait for every start describe the last success: after a failure the earlier ones stay.
  const started: pulumi.Output<string>[] = [];
  for (const machine of machines) {
    let before: pulumi.Resource[] = ready;
    for (const placement of placedOn(plan, machine.name)) {
      const instance = new ExperimentInstance(
        placement.instance,
        {
          instance: byId.get(placement.instance)!,
          placement,
          machine,
          access: access.get(machine.name)!,
          stack,
          owner,
          code: code?.tree.digest,
        },
        { dependsOn: before },
      );
      before = [instance.started];
      started.push(instance.started.id);
      const { host: address } = machine.connection;
      instances[placement.instance] = {
        node: machine.name,
        address,
        port: placement.port,
        logPath: instance.logPath,
      };
    }
  }
  const placements = Object.fromEntries(plan.placements.map(({ instance, node }) => [instance, node]));
  const decision = JSON.stringify(decisionOf(plan, observed, new Date()));
  return { placements, instances, plan: pulumi.all(started).apply(() => decision) };
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
