import type { SshAccess } from "../../components/ssh-access";
import type { Instance } from "../../topology/instance";
import type { Node } from "../../topology/node";

const GB = 1e9;

/** A machine that nothing is wrong with. */
export function aNode(overrides: Partial<Node> = {}): Node {
  return {
    name: "rpi1",
    type: "raspberry_pi",
    arch: "arm64",
    labels: {},
    status: "HEALTHY",
    ramBytes: 8 * GB,
    reservedRamBytes: 1 * GB,
    unifiedMemory: false,
    gpu: false,
    gpuMemoryBytes: 0,
    maxInstances: 1,
    coTenants: [],
    memoryHeadroom: { require: 0.15, advise: 0.2 },
    connection: { host: "192.0.2.1", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA" },
    remoteWorkDir: "/home/pi/brain",
    ...overrides,
  };
}

/** An instance that asks for little. */
export function anInstance(overrides: Partial<Instance> = {}): Instance {
  return {
    id: "pessimist",
    ramBytes: 6 * GB,
    gpu: "none",
    gpuMemoryBytes: 0,
    affinity: [],
    antiAffinity: [],
    network: "isolated",
    env: {},
    command: ["python3", "main.py"],
    restart: { policy: "on-failure", attempts: 3, backoffSeconds: 1 },
    ...overrides,
  };
}

export function anAccess(overrides: Partial<SshAccess> = {}): SshAccess {
  return { host: "192.0.2.1", port: 22, user: "pi", hostKey: "ssh-ed25519 AAAA", ...overrides };
}
