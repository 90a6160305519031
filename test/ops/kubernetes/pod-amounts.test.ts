import { expect, it } from "vitest";
import type { Pod, PodContainer } from "../../../ops/kubernetes/objects";
import { podAmounts } from "../../../ops/kubernetes/pod-amounts";
import { readQuantity } from "../../../ops/kubernetes/read-quantity";

it.each<[string | undefined, number]>([
  [undefined, 0],
  ["0", 0],
  ["4", 4],
  ["500m", 0.5],
  ["1500m", 1.5],
  ["0.1", 0.1],
  ["1e3", 1000],
  ["12E6", 12e6],
  ["2E", 2e18],
  ["16Gi", 17_179_869_184],
  ["512Mi", 536_870_912],
  ["8G", 8e9],
  ["100k", 1e5],
  ["250u", 0.00025],
  ["-1", -1],
])("reads %s", (text, number) => expect(readQuantity(text)).toBe(number));

it.each(["", "Gi", "4 Gi", "4GB", "1.2.3", "four"])("does not guess at %j", (text) =>
  expect(() => readQuantity(text)).toThrow(`no quantity of Kubernetes: ${JSON.stringify(text)}`),
);

const container = (cpu: string, memory: string, more: Partial<PodContainer> = {}): PodContainer => ({
  name: "c",
  resources: { requests: { cpu, memory } },
  ...more,
});
const pod = (spec: Partial<Pod["spec"]>): Pod => ({
  metadata: { name: "p" },
  spec: { containers: [], ...spec },
});
const amounts = (cpuCores: number, memoryBytes: number, gpus = 0) => ({ cpuCores, memoryBytes, gpus });

it.each<[string, Partial<Pod["spec"]>, ReturnType<typeof amounts>]>([
  ["nothing is asked for", { containers: [{ name: "c" }] }, amounts(0, 0)],
  ["containers add up", { containers: [container("1", "1G"), container("500m", "2G")] }, amounts(1.5, 3e9)],
  [
    "a GPU, and the overhead of its runtime",
    {
      containers: [{ name: "c", resources: { requests: { "nvidia.com/gpu": "2", memory: "1G" } } }],
      overhead: { memory: "1M" },
    },
    amounts(0, 1.001e9, 2),
  ],
  [
    "an init container that needs more than all that follow",
    { initContainers: [container("4", "1G"), container("1", "9G")], containers: [container("2", "2G")] },
    amounts(4, 9e9),
  ],
  [
    "a sidecar stays, beside the init containers after it, too",
    {
      initContainers: [
        container("1", "3G"),
        container("1", "1G", { restartPolicy: "Always" }),
        container("1", "3G"),
      ],
      containers: [container("1", "2G")],
    },
    amounts(2, 4e9),
  ],
  [
    "what is asked for the whole pod",
    { containers: [container("1", "1G")], resources: { requests: { memory: "5G" } } },
    amounts(1, 5e9),
  ],
])("%s", (_what, spec, expected) => expect(podAmounts(pod(spec))).toEqual(expected));

it("reads limits by the same rule", () => {
  const limited = {
    name: "c",
    resources: { requests: { memory: "1G" }, limits: { memory: "2G", cpu: "3" } },
  };
  expect(podAmounts(pod({ containers: [limited] }), "limits")).toEqual(amounts(3, 2e9));
});
