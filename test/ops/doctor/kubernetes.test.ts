/** What is said of answers as an API server gives them; a real one is asked in test/kubernetes. */
import { afterEach, expect, test, vi } from "vitest";
import { KubernetesApi } from "../../../components/kubernetes/kubernetes-api";
import { doctorKubernetes } from "../../../ops/doctor/kubernetes";
import type { KubeRayOutputs } from "../../../ops/stack/outputs";
import { fakeApi } from "../../support/fake-api";
import { aNode } from "../../support/topology";

afterEach(() => vi.restoreAllMocks());

const crd = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/rayclusters.ray.io";
const operator = { metadata: { name: "kuberay-operator", namespace: "kuberay" } };
const plugin = { metadata: { name: "nvidia-device-plugin", namespace: "gpu" }, status: {} };

test.each<[string, Record<string, object>]>([
  ["nothing is there", {}],
  [
    "all is there and not well",
    { [crd]: {}, "/apis/apps/v1/deployments": [operator], "/apis/apps/v1/daemonsets": [plugin] },
  ],
])("where %s every command that is to be typed names the context", async (_, objects) => {
  const { api } = fakeApi({ "/version": {}, ...objects });
  vi.spyOn(KubernetesApi, "open").mockResolvedValue(api);
  const nodes = [aNode({ name: "pi", kubernetesNode: "pi", gpus: 1 })];
  const cluster = { name: "brain", namespace: "cognition" } as KubeRayOutputs;
  const checks = await doctorKubernetes({ nodes, kubernetes: { context: "lab" } }, [cluster]);
  const commands = checks.flatMap(({ remedy = "" }) => remedy.match(/(?:kubectl|helm) .*/) ?? []);
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) expect(command).toMatch(/--(kube-)?context lab/);
});
