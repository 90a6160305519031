import type { Placement } from "../placement/plan";
import type { Instance } from "../topology/instance";
import type { Node } from "./node";

/** What is started, where, and with what of the machine. */
export interface Placed {
  /** The node it was placed on, made ready. */
  readonly node: Node;
  readonly instance: Instance;
  /** The decision: port, and the memory the instance takes there. */
  readonly placement: Placement;
}

/** What a policy may judge of one: plain, known in every preview. Values of `env` are left out: they may be private. */
export function instanceView({
  instance,
  placement,
  node,
}: Omit<Placed, "node"> & { readonly node: { readonly args: Pick<Node["args"], "stack"> } }) {
  // Not `id`: that is a word of the engine's, and the SDK leaves it out of inputs.
  const { env, id, ...described } = instance;
  return {
    ...described,
    instance: id,
    envNames: Object.keys(env),
    stack: node.args.stack,
    node: placement.node,
    port: placement.port,
    takes: placement.takes,
    gpuDevices: placement.gpuDevices,
  };
}

export type InstanceView = ReturnType<typeof instanceView>;
