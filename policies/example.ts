import type { InstanceView } from "../components/instance-view";
import type { NodeView } from "../components/node";
import { ExperimentInstance, Node } from "./component-types";
import type { Resource } from "./rule";

// What rules look at, and no more: the examples of broken rules are made of these.

/** A Raspberry Pi of 8 GB, with `changes`. */
export function exampleNode(changes: Partial<NodeView> = {}): Resource {
  const props: Partial<NodeView> = {
    name: "rpi1",
    ramBytes: 8e9,
    unifiedMemory: false,
    gpu: false,
    gpuMemoryBytes: 0,
    maxInstances: 2,
    coTenants: [],
    memoryHeadroom: { require: 0.15, advise: 0.2 },
    hostKey: "ssh-ed25519 AAAA",
    heldByOthers: [],
    ...changes,
  };
  return { type: Node, name: props.name!, props };
}

/** An instance of 2 GB on that node, with `changes`. */
export function exampleInstance(changes: Partial<InstanceView> = {}): Resource {
  const { ramBytes = 2e9 } = changes;
  const props: Partial<InstanceView> = {
    instance: "critic",
    ramBytes,
    gpu: "none",
    gpuMemoryBytes: 0,
    antiAffinity: [],
    network: "isolated",
    command: ["python3", "main.py"],
    node: "rpi1",
    takes: { ramBytes, gpuMemoryBytes: 0 },
    ...changes,
  };
  return { type: ExperimentInstance, name: props.instance!, props };
}
