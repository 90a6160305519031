import { expect, test } from "vitest";
import * as experimentInstance from "../../components/experiment-instance";
import * as node from "../../components/node";
import * as rayCluster from "../../components/ray-cluster";
import * as rayHead from "../../components/ray-head";
import * as rayJob from "../../components/ray-job";
import * as rayWorker from "../../components/ray-worker";
import {
  ExperimentInstance,
  Node,
  RayCluster,
  RayHead,
  RayJob,
  RayWorker,
} from "../../policies/component-types";

test("the pack calls the components as they call themselves", () => {
  expect(Node).toBe(node.Node.__pulumiType);
  expect(ExperimentInstance).toBe(experimentInstance.ExperimentInstance.__pulumiType);
  expect(RayCluster).toBe(rayCluster.RayCluster.__pulumiType);
  expect(RayHead).toBe(rayHead.RayHead.__pulumiType);
  expect(RayWorker).toBe(rayWorker.RayWorker.__pulumiType);
  expect(RayJob).toBe(rayJob.RayJob.__pulumiType);
});
