import { exampleInstance, exampleNode } from "../../policies/example";
import { requireGpuCountWithinNode } from "../../policies/require-gpu-count-within-node";
import { gb, held, kubernetesNode, pinned, pod, remote, twoGpus } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

const onDevices = (gpus: number, gpuDevices: number[]) =>
  exampleInstance({ gpu: "required", gpus, gpuDevices });

testRule(requireGpuCountWithinNode, [
  {
    name: "a pod gets no GPU that a co-tenant has for itself",
    resources: [
      kubernetesNode({
        gpu: true,
        gpus: 2,
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: 0, gpus: 1 }],
      }),
      pod({ instance: "brain-gpu-0", gpu: "required", gpus: 2, gpuDevices: [0, 1] }),
    ],
    says: [
      "rpi1: 2 of GPU 0 would be held: brain-gpu-0 1 + co-tenant vllm 1; give one of them another GPU or lower its gpus",
    ],
  },
  {
    name: "a pod beside a co-tenant",
    resources: [
      kubernetesNode({
        gpu: true,
        gpus: 2,
        coTenants: [{ name: "vllm", ramBytes: 0, gpuMemoryBytes: 0, gpus: 1 }],
      }),
      pod({ instance: "brain-gpu-0", gpu: "required", gpus: 1, gpuDevices: [1] }),
    ],
  },
  { name: "fits", resources: [twoGpus, onDevices(1, [0]), onDevices(0.5, [1])] },
  {
    name: "at the limit",
    resources: [twoGpus, onDevices(0.7, [0]), onDevices(0.3, [0]), onDevices(1, [1])],
  },
  {
    name: "one GPU too many, and one given out twice",
    resources: [
      exampleNode({
        ...twoGpus.props,
        heldByOthers: [{ ...held, gpus: 1, gpuDevices: [1] }],
      }),
      onDevices(2, [1, 2]),
      exampleInstance({ instance: "b", gpu: "required", gpus: 0.5, gpuDevices: [1] }),
    ],
    says: [
      "critic: GPU 2 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
      "rpi1: 2.5 of GPU 1 would be held: b 0.5 + critic 1 + night-shift/guard (another stack) 1; give one of them another GPU or lower its gpus",
    ],
  },
  {
    name: "none given, and fewer than asked",
    resources: [
      twoGpus,
      exampleInstance({ gpu: "required", gpus: 1 }),
      exampleInstance({ instance: "b", gpu: "required", gpus: 2, gpuDevices: [0, 0] }),
    ],
    says: [
      "b: gpus is 2, and it has 2 of rpi1's (0, 0); give it 2, each once",
      "critic: gpus is 1, and it has 0 of rpi1's (none); give it 1, each once",
      "rpi1: 2 of GPU 0 would be held: b 1 + b 1; give one of them another GPU or lower its gpus",
    ],
  },
  {
    name: "shares beside those who share the memory",
    resources: [
      exampleNode({ gpu: true, gpuMemoryBytes: gb(8), heldByOthers: [held] }),
      onDevices(0.9, [0]),
      exampleInstance({ instance: "b", gpu: "required" }),
    ],
  },
  {
    name: "all of it held, and others who share its memory",
    resources: [
      exampleNode({ gpu: true, gpuMemoryBytes: gb(8), heldByOthers: [held] }),
      onDevices(1, [0]),
      exampleInstance({ instance: "b", gpu: "required" }),
    ],
    says: [
      "rpi1: all of GPU 0 is held: critic 1; and b and night-shift/guard (another stack) would share its memory; give one of them another GPU or lower its gpus",
    ],
  },
  {
    name: "no GPUs of the node",
    resources: [twoGpus, onDevices(0, [2]), onDevices(0.5, [0.5])],
    says: [
      "critic: GPU 2 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
      "critic: GPU 0.5 of rpi1, which has 2, counted from 0; place it on a node with more or lower its gpus",
    ],
  },
  {
    name: "one that only prefers GPUs and is on the CPU",
    resources: [exampleNode(), exampleInstance({ gpu: "preferred", gpus: 4 })],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
