import { expect, test } from "vitest";
import * as experimentInstance from "../../components/experiment-instance";
import * as node from "../../components/node";
import { ExperimentInstance, Node } from "../../policies/component-types";

test("the pack calls the components as they call themselves", () => {
  expect(Node).toBe(node.Node.__pulumiType);
  expect(ExperimentInstance).toBe(experimentInstance.ExperimentInstance.__pulumiType);
});
