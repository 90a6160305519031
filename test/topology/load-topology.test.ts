import { describe, expect, it } from "vitest";
import { loadTopology } from "../../topology/load-topology";
import { goodCluster, goodScenario, load } from "../support/bad-input";
import { gb } from "../support/topology";

const clusterWith = (...lines: string[]) => ({ "cluster.yaml": `${goodCluster}${lines.join("\n")}\n` });

describe("a cluster file", () => {
  it("of the architecture document loads unchanged", () => {
    const { cluster } = loadTopology({
      cluster: "test/fixtures/clusters/seed.yaml",
      scenario: "test/fixtures/scenarios/seed.yaml",
    });
    expect(cluster).toEqual({
      name: "brain-in-jar-cluster",
      coordinatorHost: "localhost",
      nodes: [
        {
          name: "jetson",
          type: "jetson_orin",
          arch: "arm64",
          labels: {},
          status: "HEALTHY",
          ramBytes: gb(64),
          reservedRamBytes: gb(8),
          unifiedMemory: true,
          gpu: true,
          gpus: 1,
          gpuMemoryBytes: gb(64),
          maxInstances: 4,
          coTenants: [],
          memoryHeadroom: { require: 0.15, advise: 0.2 },
          memoryFloor: 0.05,
          connection: { host: "192.168.1.100", port: 22, user: "jetson", keyPath: "~/.ssh/id_rsa" },
          remoteWorkDir: "/home/jetson/brain-in-jar",
        },
        {
          name: "rpi1",
          type: "raspberry_pi",
          arch: "arm64",
          labels: {},
          status: "HEALTHY",
          ramBytes: gb(8),
          reservedRamBytes: gb(1),
          unifiedMemory: false,
          gpu: false,
          gpus: 0,
          gpuMemoryBytes: 0,
          maxInstances: 1,
          coTenants: [],
          memoryHeadroom: { require: 0.15, advise: 0.2 },
          memoryFloor: 0.05,
          connection: { host: "192.168.1.101", port: 22, user: "pi", keyPath: "~/.ssh/id_rsa" },
          remoteWorkDir: "/home/pi/brain-in-jar",
        },
      ],
      peerPorts: { start: 9000, end: 9100 },
      rayPorts: { start: 20_000, end: 32_767 },
      healthCheck: { enabled: true, intervalSeconds: 30, graceSeconds: 60 },
      failover: { enabled: true, autoRestart: true, leaseSeconds: 60 },
    });
  });

  it("says everything that can be said of a node", () => {
    const { cluster } = load({
      "cluster.yaml": `
cluster: {name: lab, coordinator_host: 192.0.2.9}
memory_headroom: {require: 0.1, floor: 0.02}
nodes:
  - name: ws.1
    host: fe80::1
    ssh_port: 2222
    ssh_user: u
    ssh_key_path: ~/.ssh/lab
    host_key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5
    jump_host: {host: gate, ssh_user: guest, ssh_port: 22022, host_key: ssh-ed25519 AAAA}
    remote_work_dir: ~/lab
    type: generic
    arch: amd64
    labels: {zone: a, rack: 3, fast: true}
    status: maintenance
    ram_gb: 32
    reserved_ram_gb: 2.5
    unified_memory: false
    gpus: 4
    gpu_model: RTX 4090
    gpu_memory_gb: 24
    cpu_cores: 16
    disk_gb: 500
    max_instances: 3
    co_tenants: [{name: database, ram_gb: 6}, {name: desktop, gpu_memory_gb: 0.5}]
    memory_headroom: {advise: 0.3}
network: {peer_port_range: {start: 9200, end: 9200}}
health_check: {interval_seconds: 5}
failover: {enabled: false}
`,
    });
    expect(cluster).toEqual({
      name: "lab",
      coordinatorHost: "192.0.2.9",
      nodes: [
        {
          name: "ws.1",
          type: "generic",
          arch: "amd64",
          labels: { zone: "a", rack: "3", fast: "true" },
          status: "MAINTENANCE",
          ramBytes: gb(32),
          reservedRamBytes: gb(2.5),
          unifiedMemory: false,
          gpu: true,
          gpus: 4,
          gpuModel: "RTX 4090",
          gpuMemoryBytes: gb(24),
          cpuCores: 16,
          diskBytes: gb(500),
          maxInstances: 3,
          coTenants: [
            { name: "database", ramBytes: gb(6), gpuMemoryBytes: 0 },
            { name: "desktop", ramBytes: 0, gpuMemoryBytes: gb(0.5) },
          ],
          memoryHeadroom: { require: 0.1, advise: 0.3 },
          memoryFloor: 0.02,
          connection: {
            host: "fe80::1",
            port: 2222,
            user: "u",
            keyPath: "~/.ssh/lab",
            hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5",
            jumpHost: { host: "gate", port: 22022, user: "guest", hostKey: "ssh-ed25519 AAAA" },
          },
          remoteWorkDir: "~/lab",
        },
      ],
      peerPorts: { start: 9200, end: 9200 },
      rayPorts: { start: 20_000, end: 32_767 },
      healthCheck: { enabled: true, intervalSeconds: 5, graceSeconds: 60 },
      failover: { enabled: false, autoRestart: true, leaseSeconds: 60 },
    });
  });

  it.each([
    ["jetson_orin", { unifiedMemory: true, arch: "arm64", gpuMemoryBytes: gb(64) }],
    ["gb10", { unifiedMemory: true, arch: "arm64", gpuMemoryBytes: gb(64) }],
    ["raspberry_pi", { unifiedMemory: false, arch: "arm64", gpuMemoryBytes: 0 }],
    ["host", { unifiedMemory: false, arch: undefined, gpuMemoryBytes: 0 }],
    ["generic", { unifiedMemory: false, arch: undefined, gpuMemoryBytes: 0 }],
  ])("knows what a %s is", (type, expected) => {
    const { cluster } = load({ "cluster.yaml": goodCluster.replace("jetson_orin", type) });
    expect(cluster.nodes[0]).toMatchObject(expected);
  });
});

describe("a scenario file", () => {
  it.each([
    ["gpu_required: true", "required"],
    ["gpus: 1", "required"],
    ["gpu: preferred, gpus: 1", "preferred"],
    ["gpus: 0", "none"],
  ])("with %s means gpu: %s", (written, expected) => {
    const { scenario } = load({
      "scenario.yaml": goodScenario.replace("ram_gb: 1", `ram_gb: 1, ${written}`),
    });
    expect(scenario.instances[0]!.gpu).toBe(expected);
  });

  it("says everything that can be said of an instance", () => {
    const { scenario } = load({
      "scenario.yaml": `
name: all
code: {local_path: src, exclude: [data]}
instances:
  - instance_id: lead
    experiment_config_path: lead.json
    ram_gb: 2
    cpu_cores: 0.5
    gpu: preferred
    gpus: 2
    gpu_model: RTX 4090
    gpu_memory_gb: 4
    preferred_node: jetson
    affinity: [worker]
    network: peers
    env: {RATE: 0.5, DEBUG: true, MODE: fast}
    command: [sh, run.sh]
    restart: {policy: never, attempts: 0, interval_seconds: 60, backoff_seconds: 9}
  - {instance_id: worker, ram_gb: 1, gpus: 0.25, count: 2, anti_affinity: [worker]}
placement: {worker-0: rpi1}
purge: true
update: {max_unavailable: 2}
`,
      "src/lead.json": "{}",
    });
    const worker = {
      ramBytes: gb(1),
      cpuCores: 0,
      gpu: "required",
      gpus: 0.25,
      gpuMemoryBytes: 0,
      slots: 1,
      affinity: [],
      network: "open",
      env: {},
      command: ["python3", "main.py"],
      restart: { policy: "on-failure", attempts: 3, intervalSeconds: 1800, backoffSeconds: 1 },
    };
    expect({ ...scenario, code: undefined }).toEqual({
      name: "all",
      rayClusters: [],
      rayJobs: [],
      instances: [
        {
          id: "lead",
          configPath: "lead.json",
          ramBytes: gb(2),
          cpuCores: 0.5,
          gpu: "preferred",
          gpus: 2,
          gpuModel: "RTX 4090",
          gpuMemoryBytes: gb(4),
          slots: 1,
          preferredNode: "jetson",
          affinity: ["worker-0", "worker-1"],
          antiAffinity: [],
          network: "peers",
          env: { RATE: "0.5", DEBUG: "true", MODE: "fast" },
          command: ["sh", "run.sh"],
          restart: { policy: "never", attempts: 0, intervalSeconds: 60, backoffSeconds: 9 },
        },
        { ...worker, id: "worker-0", antiAffinity: ["worker-1"] },
        { ...worker, id: "worker-1", antiAffinity: ["worker-0"] },
      ],
      code: undefined,
      placement: { "worker-0": "rpi1" },
      purge: true,
      rebalance: false,
      allowMoves: true,
      strategy: "balanced",
      update: { maxUnavailable: 2 },
    });
    expect(scenario.code!.localPath).toMatch(/^\.\..*\/src$/);
    expect(scenario.code!.exclude).toEqual(["data"]);
  });

  it("excludes what nobody wants on a node", () => {
    const { scenario } = load({ "scenario.yaml": `${goodScenario}code: {local_path: .}\n` });
    expect(scenario.code!.exclude).toEqual(["*.pyc", "__pycache__", ".git", "logs/*"]);
  });

  it("may name a config on the nodes when no code is copied", () => {
    const text = goodScenario.replace("ram_gb: 1", "ram_gb: 1, experiment_config_path: there/only.json");
    expect(load({ "scenario.yaml": text }).scenario.instances[0]!.configPath).toBe("there/only.json");
  });
});

describe("connections", () => {
  const key = "ssh-ed25519 AAAA";

  it("replace how a node is reached, and leave the other nodes alone", () => {
    const { cluster } = load({
      "connections.yaml": `nodes: {rpi1: {host: 127.0.0.11, ssh_port: 2222, ssh_user: me, host_key: ${key}, remote_work_dir: /tmp/lab}}`,
    });
    expect(cluster.nodes.map(({ connection, remoteWorkDir }) => ({ ...connection, remoteWorkDir }))).toEqual([
      { host: "192.0.2.1", port: 22, user: "u", remoteWorkDir: "~/berth" },
      { host: "127.0.0.11", port: 2222, user: "me", hostKey: key, remoteWorkDir: "/tmp/lab" },
    ]);
  });

  it("to another host forget the first one's key and port", () => {
    const { cluster } = load({
      "cluster.yaml": goodCluster.replace(
        "host: 192.0.2.2,",
        `host: 192.0.2.2, ssh_port: 23, host_key: ${key},`,
      ),
      "connections.yaml": "nodes: {rpi1: {host: 127.0.0.11}}",
    });
    expect(cluster.nodes[1]!.connection).toEqual({ host: "127.0.0.11", port: 22, user: "u" });
  });
});

describe("the topology", () => {
  it("is frozen to the last value", () => {
    const { cluster } = load({});
    expect(() => {
      cluster.nodes[0]!.connection!.host = "elsewhere";
    }).toThrow(TypeError);
  });

  it("carries what was observed", () => {
    const observed = { previous: { alpha: { node: "rpi1" } }, others: [], nodes: {} };
    const files = {
      cluster: "test/fixtures/clusters/seed.yaml",
      scenario: "test/fixtures/scenarios/seed.yaml",
    };
    expect(loadTopology(files, observed).observed).toEqual(observed);
  });

  it("may use aliases", () => {
    const { cluster } = load(clusterWith("failover: {enabled: &no false, auto_restart: *no}"));
    expect(cluster.failover).toEqual({ enabled: false, autoRestart: false, leaseSeconds: 60 });
  });
});
