import {
  exampleInstance,
  exampleKubeRayCluster,
  exampleRayCluster,
  exampleRayClusterObject,
  exampleRayMember,
} from "../../policies/example";
import { requireRayTokenAuth } from "../../policies/require-ray-token-auth";
import { local, withSpec } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireRayTokenAuth, [
  {
    name: "a cluster of pods with a token",
    resources: [exampleKubeRayCluster(), exampleRayClusterObject()],
  },
  {
    name: "a cluster of pods without one",
    resources: [exampleKubeRayCluster({ authMode: "disabled" }), withSpec({ authOptions: undefined })],
    says: [
      'brain: its authentication is "disabled"; it has to be token',
      "brain: asks for no token; write authOptions: {mode: token}",
    ],
  },
  {
    name: "a cluster of pods that is too old for one",
    resources: [
      exampleKubeRayCluster({ version: "2.49.2", authMode: "disabled", exemption: "moves in December" }),
      withSpec({ rayVersion: "2.51.9", authOptions: undefined }),
    ],
  },
  {
    name: "the oldest that knows one",
    resources: [withSpec({ rayVersion: "2.52.0", authOptions: { mode: "disabled" } })],
    says: ["brain: asks for no token; write authOptions: {mode: token}"],
  },
  { name: "a token", resources: [exampleRayCluster()] },
  {
    name: "commands that do not start it, or with a token",
    resources: [local("ray status"), local("RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=token ray start --head")],
  },
  {
    name: "no token",
    resources: [exampleRayCluster({ authMode: "disabled" }), local("ray start --head --port=6379")],
    says: [
      'mind: its authentication is "disabled"; it has to be token',
      "create: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH",
    ],
  },
  {
    name: "an experiment that starts it",
    resources: [exampleInstance({ command: ["ray", "start", "--head"] })],
    says: ["command: starts Ray without RAY_AUTH_MODE=token; set it there, and RAY_AUTH_TOKEN_PATH"],
  },
  { name: "another type", resources: [exampleRayMember()] },
]);
