import { expect, test } from "vitest";
import * as experimentInstance from "../../components/experiment-instance";
import * as kubeRayCluster from "../../components/kubernetes/kube-ray-cluster";
import * as kubeRayMember from "../../components/kubernetes/kube-ray-member";
import * as kubernetesNode from "../../components/kubernetes/kubernetes-node";
import * as sharedRayCluster from "../../components/kubernetes/shared-ray-cluster";
import * as node from "../../components/node";
import * as rayCluster from "../../components/ray-cluster";
import * as rayHead from "../../components/ray-head";
import * as rayJob from "../../components/ray-job";
import * as rayWorker from "../../components/ray-worker";
import {
  ExperimentInstance,
  KubeRayCluster,
  KubeRayMember,
  KubernetesNode,
  Node,
  RayCluster,
  RayHead,
  RayJob,
  RayWorker,
  SharedRayCluster,
} from "../../policies/component-types";

test("the pack calls the components as they call themselves", () => {
  expect(Node).toBe(node.Node.__pulumiType);
  expect(ExperimentInstance).toBe(experimentInstance.ExperimentInstance.__pulumiType);
  expect(RayCluster).toBe(rayCluster.RayCluster.__pulumiType);
  expect(RayHead).toBe(rayHead.RayHead.__pulumiType);
  expect(RayWorker).toBe(rayWorker.RayWorker.__pulumiType);
  expect(RayJob).toBe(rayJob.RayJob.__pulumiType);
  expect(KubernetesNode).toBe(kubernetesNode.KubernetesNode.__pulumiType);
  expect(KubeRayCluster).toBe(kubeRayCluster.KubeRayCluster.__pulumiType);
  expect(KubeRayMember).toBe(kubeRayMember.KubeRayMember.__pulumiType);
  expect(SharedRayCluster).toBe(sharedRayCluster.SharedRayCluster.__pulumiType);
});
