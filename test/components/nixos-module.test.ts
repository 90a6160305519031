// The text of the module. That NixOS builds it is proved nowhere here: there is no Nix.
import { expect, test } from "vitest";
import { nixosModule } from "../../components/nixos-module";
import { raySpec } from "../../components/ray-spec";
import type { Instance } from "../../topology/instance";
import { toRayCluster, type WrittenRayCluster } from "../../topology/ray-cluster";
import { rayMembers } from "../../topology/ray-members";

const sizes = { heap_gb: 4e9, object_store_gb: 2e9, cpu_cores: 4, gpus: 1, gpu_memory_gb: 0 };
const cluster = (name: string, fields: Partial<WrittenRayCluster> = {}): WrittenRayCluster => ({
  name,
  launcher: "ssh",
  ray: "2.60.0",
  head: sizes,
  workers: [{ name: "cpu", count: 1, ...sizes }],
  requirements: ["numpy==2.2.6"],
  health_checks: "default",
  memory_threshold: 0.8,
  gcs_fault_tolerance: "none",
  ...fields,
});
const mind = cluster("mind", { python: "3.11.2" });
const arena = cluster("arena", { health_checks: "fast", wheels: `/srv/it's \${wheels}` });

function member(written: WrittenRayCluster, instance: Instance, port: number, host: string) {
  const described = toRayCluster(written);
  const head = { host: "192.0.2.9", port: 20_640 };
  const spec = raySpec(described, { instance, placement: { port }, host }, head);
  return { id: instance.id, cluster: described, spec, memoryBytes: instance.ramBytes };
}

test("a head and another cluster's worker on one machine", async () => {
  const module = nixosModule("night", "desk", [
    member(mind, rayMembers(mind)[0]!, 20_000, "192.0.2.1"),
    member(arena, rayMembers(arena)[1]!, 20_064, `192.0.2.1"\${x}`),
  ]);
  await expect(module).toMatchFileSnapshot("../golden/ray.nix");
});

test("no two ports of one machine are the same", () => {
  const module = nixosModule("night", "desk", [
    member(mind, rayMembers(mind)[0]!, 20_000, "192.0.2.1"),
    member(arena, rayMembers(arena)[0]!, 20_064, "192.0.2.1"),
  ]);
  const ports = [...module.matchAll(/port=(\d+)/g)].map(([, port]) => Number(port));
  expect([ports.length, new Set(ports).size, Math.min(...ports), Math.max(...ports)]).toEqual([
    22, 22, 20_000, 20_127,
  ]);
});
