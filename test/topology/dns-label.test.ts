import { expect, it } from "vitest";
import { dnsLabel } from "../../topology/dns-label";

it.each([
  ["HW-BRAIN-01", "hw-brain-01"],
  ["ray-gpu", "ray-gpu"],
  ["GPU_workers.big", "gpu-workers-big"],
  ["_a--b_", "a-b"],
  ["1st", "1st"],
  ["___", ""],
])("%s is %s in Kubernetes", (name, label) => {
  expect(dnsLabel(name)).toBe(label);
});
