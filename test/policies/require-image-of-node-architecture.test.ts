import { exampleRayClusterObject } from "../../policies/example";
import { requireImageOfNodeArchitecture } from "../../policies/require-image-of-node-architecture";
import { deployment } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireImageOfNodeArchitecture, [
  { name: "amd64", resources: [exampleRayClusterObject()] },
  ...[
    ["rayproject/ray:2.60.0-py312-aarch64", "arm64"],
    ["registry.example/ray-arm64:7", "arm64"],
    ["registry.example/blackwell:7", "arm64"],
  ].map(([image, arch]) => ({
    name: `${image} on ${arch}`,
    resources: [exampleRayClusterObject({ image }, { "kubernetes.io/arch": arch! })],
  })),
  ...[
    ["rayproject/ray:2.60.0-py312-gpu", "arm64", "amd64"],
    ["docker.io/rayproject/ray-ml:2.60.0", "arm64", "amd64"],
    ["registry.example/ray-x86_64:7", "arm64", "amd64"],
    ["rayproject/ray:2.60.0-py312-gpu-aarch64", "amd64", "arm64"],
  ].map(([image, arch, of]) => ({
    name: `${image} on ${arch}`,
    resources: [exampleRayClusterObject({ image }, { "kubernetes.io/arch": arch! })],
    says: [`brain: head: its nodes are ${arch}, and the image ${image} is for ${of}; write one for ${arch}`],
  })),
  {
    name: "nodes of any architecture",
    resources: [exampleRayClusterObject({}, {})],
    says: [
      "brain: head: may go to nodes of any architecture; write nodeSelector: {kubernetes.io/arch: …}, a group for each",
    ],
  },
  { name: "another type", resources: [deployment({ image: "rayproject/ray:2.60.0" })] },
]);
