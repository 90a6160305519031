import { portsPerMember } from "../topology/ray-ports";
import { exampleInstance, exampleNode } from "./example";
import type { NodeOfStack, NodeRule } from "./rule";

export const requireDisjointPeerPorts: NodeRule = {
  name: "require-disjoint-peer-ports",
  description:
    "Every instance with `network: peers`, and every member of a Ray cluster over SSH, has ports that nobody else has on its node.",
  why: "The second program on a port ends at once, or answers in the place of the first.",
  checkNode(stack) {
    const name = stack.node.text("name");
    const portless = stack.instances
      .filter((instance) => !instance.has("port"))
      .flatMap((instance) => {
        const id = instance.text("instance");
        // A pod has an address of its own.
        if (instance.has("launcher")) return [];
        if (instance.has("ray"))
          return [`${id}: is a member of a Ray cluster, and it has no ports; give it some`];
        return instance.text("network") === "peers"
          ? [`${id}: network is peers, and it has no port; give it one`]
          : [];
      });
    return [...portless, ...overlapping(blocks(stack)).map((group) => collision(name, group))];
  },
  broken: {
    resources: [
      exampleNode(),
      exampleInstance({ instance: "critic", network: "peers", port: 9000 }),
      exampleInstance({ instance: "historian", network: "peers", port: 9000 }),
    ],
  },
};

/** Ports in a row; both ends belong to it. */
interface Block {
  readonly owner: string;
  readonly first: number;
  readonly last: number;
}

/** A member of a Ray cluster has a block of ports; in another stack it is what takes no slot. */
function blocks({ node, instances }: NodeOfStack): Block[] {
  const block = (owner: string, first: number, isMember: boolean) => ({
    owner,
    first,
    last: isMember ? first + portsPerMember - 1 : first,
  });
  return [
    ...instances
      .filter((instance) => instance.has("port"))
      .map((instance) => block(instance.text("instance"), instance.number("port"), instance.has("ray"))),
    ...node
      .list("heldByOthers")
      .filter((held) => held.has("port"))
      .map((held) =>
        block(`${held.text("stack")}/${held.text("instance")}`, held.number("port"), held.has("slots")),
      ),
  ];
}

/** What shares ports, directly or by one between them; by port, and as they came. */
function overlapping(all: readonly Block[]): Block[][] {
  const groups: { last: number; blocks: Block[] }[] = [];
  for (const block of [...all].sort((a, b) => a.first - b.first)) {
    const group = groups.at(-1);
    if (group && block.first <= group.last) {
      group.blocks.push(block);
      group.last = Math.max(group.last, block.last);
    } else groups.push({ last: block.last, blocks: [block] });
  }
  return groups.map((group) => group.blocks).filter(({ length }) => length > 1);
}

function collision(node: string, group: readonly Block[]): string {
  if (group.every(({ first, last }) => first === last))
    return `${node}: port ${group[0]!.first} is given to ${group.map(({ owner }) => owner).join(" and ")}; give each its own`;
  const given = group.map(
    ({ owner, first, last }) => `${owner} ${first === last ? first : `${first}-${last}`}`,
  );
  return `${node}: ports are given more than once: ${given.join(", ")}; give each its own`;
}
