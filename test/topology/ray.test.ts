import { describe, expect, it } from "vitest";
import { cluster, load, mistakes } from "../support/bad-input";

/** A scenario with these lines, below `name`. */
const file = (...lines: string[]) => ({ "scenario.yaml": `name: duo\n${lines.join("\n")}\n` });
const head = "{heap_gb: 1, object_store_gb: 0.2}";
/** A Ray cluster called `mind` with these fields beside its head. */
const mind = (...fields: string[]) =>
  file("ray_clusters:", `  - {${["name: mind", `head: ${head}`, ...fields].join(", ")}}`);
const workers = (...fields: string[]) =>
  mind(`workers: [{${["name: cpu", "heap_gb: 1", "object_store_gb: 0.2", ...fields].join(", ")}}]`);
const alpha = "  - {instance_id: alpha, ram_gb: 1}";

describe("a Ray cluster in a scenario", () => {
  it("becomes instances: a head, and workers by ordinal, each on a node of its own", () => {
    const { scenario } = load(
      workers("count: 2", "cpu_cores: 4", "gpus: 1", "gpu_memory_gb: 2", "preferred_node: jetson"),
    );
    const shared = {
      affinity: [],
      network: "open",
      env: {},
      command: [],
      slots: 0,
      restart: { policy: "on-failure", attempts: 10, intervalSeconds: 600, backoffSeconds: 1 },
    };
    const worker = {
      ...shared,
      preferredNode: "jetson",
      ramBytes: 1.65e9,
      gpu: "required",
      gpus: 1,
      gpuMemoryBytes: 2e9,
      cpuCores: 4,
      ray: {
        cluster: "mind",
        role: "worker",
        heapBytes: 1e9,
        objectStoreBytes: 0.2e9,
        ownBytes: 0.45e9,
        cpus: 4,
        gpus: 1,
      },
    };
    expect(scenario.instances).toEqual([
      {
        ...shared,
        id: "mind-head",
        ramBytes: 2e9,
        gpu: "none",
        gpus: 0,
        gpuMemoryBytes: 0,
        cpuCores: 1,
        antiAffinity: ["mind-cpu-0", "mind-cpu-1"],
        ray: {
          cluster: "mind",
          role: "head",
          heapBytes: 1e9,
          objectStoreBytes: 0.2e9,
          ownBytes: 0.8e9,
          cpus: 1,
          gpus: 0,
        },
      },
      { ...worker, id: "mind-cpu-0", antiAffinity: ["mind-head", "mind-cpu-1"] },
      { ...worker, id: "mind-cpu-1", antiAffinity: ["mind-head", "mind-cpu-0"] },
    ]);
    expect(scenario.rayClusters).toEqual([
      {
        name: "mind",
        version: "2.60.0",
        requirements: [],
        healthChecks: "default",
        memoryThreshold: 0.8,
        redis: false,
      },
    ]);
  });

  it("says everything that can be said of one, and of a job", () => {
    const { scenario } = load(
      file(
        "ray_clusters:",
        "  - name: mind",
        "    ray: 2.54.0",
        '    python: "3.11.2"',
        `    head: ${head}`,
        '    requirements: [numpy==2.2.6, "torch[cpu]==2.9.0+cpu"]',
        "    wheels: ~/wheels",
        "    health_checks: fast",
        "    memory_threshold: 0.7",
        "    gcs_fault_tolerance: redis",
        "ray_jobs:",
        "  - {name: think, cluster: mind, command: [python, -m, main], env: {SEED: 4}, timeout_seconds: 60, attempts: 1}",
        "  - {name: dream, cluster: mind, command: [python, -m, main]}",
      ),
    );
    expect(scenario.rayClusters).toEqual([
      {
        name: "mind",
        version: "2.54.0",
        python: "3.11.2",
        requirements: ["numpy==2.2.6", "torch[cpu]==2.9.0+cpu"],
        wheels: "~/wheels",
        healthChecks: "fast",
        memoryThreshold: 0.7,
        redis: true,
      },
    ]);
    const command = ["python", "-m", "main"];
    expect(scenario.rayJobs).toEqual([
      { name: "think", cluster: "mind", command, env: { SEED: "4" }, timeoutSeconds: 60, attempts: 1 },
      { name: "dream", cluster: "mind", command, env: {}, timeoutSeconds: 3600, attempts: 3 },
    ]);
  });

  it("has members that instances and hints may name", () => {
    const { scenario } = load(
      file(
        "instances:",
        "  - {instance_id: alpha, ram_gb: 1, affinity: [mind-head], anti_affinity: [mind-cpu]}",
        "ray_clusters:",
        `  - {name: mind, head: ${head}, workers: [{name: cpu, heap_gb: 1, object_store_gb: 0.2}]}`,
        "placement: {mind-cpu-0: jetson}",
      ),
    );
    expect(scenario.instances[0]).toMatchObject({ affinity: ["mind-head"], antiAffinity: ["mind-cpu-0"] });
    expect(scenario.placement).toEqual({ "mind-cpu-0": "jetson" });
  });
});

describe("what is wrong with a Ray cluster", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "nothing to run",
      "scenario.yaml:1:1  instances: expected at least one instance, or a Ray cluster in ray_clusters or shared_ray_clusters, got none",
      file(),
    ],
    [
      "no head",
      "scenario.yaml:3:5  ray_clusters[0].head: missing, expected a map with heap_gb or memory_gb, and object_store_gb",
      file("ray_clusters:", "  - {name: mind}"),
    ],
    [
      "no object store",
      "scenario.yaml:3:24  ray_clusters[0].head.object_store_gb: missing, expected a size in GB from 0.08 to 100000",
      file("ray_clusters:", "  - {name: mind, head: {heap_gb: 1}}"),
    ],
    [
      "a mistyped key",
      'scenario.yaml:3:60  ray_clusters[0].worker: unknown key, did you mean "workers"?',
      mind("worker: []"),
    ],
    [
      "a version that is a range",
      'scenario.yaml:3:65  ray_clusters[0].ray: expected a version of Ray such as 2.60.0, got ">=2.60"',
      mind('ray: ">=2.60"'),
    ],
    [
      "a Ray whose dashboard any page may use",
      "scenario.yaml:3:65  ray_clusters[0].ray: Ray 2.53.9 lets pages in a browser stop its jobs (CVE-2026-27482); at least 2.54.0",
      mind("ray: 2.53.9"),
    ],
    [
      "a requirement that is not pinned",
      'scenario.yaml:3:75  ray_clusters[0].requirements[0]: expected an exact requirement such as "numpy==2.4.6", got "numpy"',
      mind("requirements: [numpy]"),
    ],
    [
      "a requirement that would be an option",
      'scenario.yaml:3:75  ray_clusters[0].requirements[0]: expected an exact requirement such as "numpy==2.4.6", got "--index-url=https://example.org"',
      mind('requirements: ["--index-url=https://example.org"]'),
    ],
    [
      "wheels that lie somewhere",
      'scenario.yaml:3:68  ray_clusters[0].wheels: expected an absolute path, or one that starts with ~/, got "wheels"',
      mind("wheels: wheels"),
    ],
    [
      "a share of memory without headroom",
      "scenario.yaml:3:78  ray_clusters[0].memory_threshold: expected a fraction from 0.1 to 0.85, such as 0.8, got 0.95",
      mind("memory_threshold: 0.95"),
    ],
    [
      "half a GPU",
      "scenario.yaml:3:122  ray_clusters[0].workers[0].gpus: expected a whole number from 0 to 16, got 0.5",
      workers("gpus: 0.5"),
    ],
    [
      "GPU memory without a GPU",
      "scenario.yaml:3:131  ray_clusters[0].workers[0].gpu_memory_gb: 2 GB of GPU memory, but gpus is 0; write how many",
      workers("gpu_memory_gb: 2"),
    ],
    [
      "a model without a GPU",
      'scenario.yaml:3:127  ray_clusters[0].workers[0].gpu_model: "GB10", but gpus is 0; write how many',
      workers("gpu_model: GB10"),
    ],
    [
      "an unknown node",
      'scenario.yaml:3:132  ray_clusters[0].workers[0].preferred_node: no node "rpi11", did you mean "rpi1"?',
      workers("preferred_node: rpi11"),
    ],
    [
      "one name for two clusters",
      'scenario.yaml:4:12  ray_clusters[1].name: a second Ray cluster called "mind"; give each its own name',
      file("ray_clusters:", `  - {name: mind, head: ${head}}`, `  - {name: mind, head: ${head}}`),
    ],
    [
      "one name for two groups",
      'scenario.yaml:3:120  ray_clusters[0].workers[1].name: a second group called "a"; give each its own name',
      mind("workers: [{name: a, heap_gb: 1, object_store_gb: 1}, {name: a, heap_gb: 1, object_store_gb: 1}]"),
    ],
    [
      "a group called head",
      'scenario.yaml:3:77  ray_clusters[0].workers[0].name: "head" is what the head is called; give the group another name',
      mind("workers: [{name: head, heap_gb: 1, object_store_gb: 1}]"),
    ],
    [
      "a member called like an instance",
      'scenario.yaml:5:12  ray_clusters[0].name: would have a member called "mind-head", and there is an instance of that name; rename one',
      file(
        "instances:",
        "  - {instance_id: mind-head, ram_gb: 1}",
        "ray_clusters:",
        `  - {name: mind, head: ${head}}`,
      ),
    ],
    [
      "members of two clusters that would have one name",
      'scenario.yaml:4:12  ray_clusters[1].name: would have a member called "mind-a-head", and there is an instance of that name; rename one',
      file(
        "ray_clusters:",
        `  - {name: mind, head: ${head}, workers: [{name: a-head, heap_gb: 1, object_store_gb: 1}]}`,
        `  - {name: mind-a, head: ${head}}`,
      ),
    ],
    [
      "a name too long for a member's",
      "scenario.yaml:3:12  ray_clusters[0].name: longer than 63 letters once its members' names are made of it; shorten it or its groups' names",
      file("ray_clusters:", `  - {name: ${"a".repeat(60)}, head: ${head}}`),
    ],
  ])("%s", (_, message, files) => {
    expect(mistakes(files)).toBe(message);
  });
});

describe("what is wrong with a Ray job", () => {
  const job = (...fields: string[]) => ({
    "scenario.yaml": `${mind()["scenario.yaml"]}ray_jobs:\n  - {${fields.join(", ")}, command: [python, -m, main]}\n`,
  });
  it.each<[string, string, Record<string, string>]>([
    [
      "an unknown cluster",
      'scenario.yaml:5:28  ray_jobs[0].cluster: no Ray cluster "mnid", did you mean "mind"?',
      job("name: think", "cluster: mnid"),
    ],
    [
      "no cluster at all",
      'scenario.yaml:5:28  ray_jobs[0].cluster: no Ray cluster "mind"; ray_clusters has none',
      file("instances:", alpha, "ray_jobs:", "  - {name: think, cluster: mind, command: [a]}"),
    ],
    [
      "one name for two jobs",
      'scenario.yaml:6:12  ray_jobs[1].name: a second Ray job called "think"; give each its own name',
      {
        "scenario.yaml": `${job("name: think", "cluster: mind")["scenario.yaml"]}  - {name: think, cluster: mind, command: [a]}\n`,
      },
    ],
    [
      "a job called like a member",
      'scenario.yaml:5:12  ray_jobs[0].name: "mind-head" is the name of an instance, and both would write logs/<stack>/mind-head.log; rename one',
      job("name: mind-head", "cluster: mind"),
    ],
    [
      "a variable whose text YAML changes",
      'scenario.yaml:5:43  ray_jobs[0].env.V: YAML reads 3.10 as 3.1; write "3.10" or 3.1',
      job("name: think", "cluster: mind", "env: {V: 3.10}"),
    ],
  ])("%s", (_, message, files) => {
    expect(mistakes(files)).toBe(message);
  });
});

describe("ports for Ray", () => {
  const range = (start: number, end: number) =>
    cluster(`network: {ray_port_range: {start: ${start}, end: ${end}}}`);
  it.each<[string, string, Record<string, string>]>([
    [
      "too few",
      "cluster.yaml:5:27  network.ray_port_range: 20000 to 20190 has ports for 2 of 3 members of Ray clusters, 64 for each; 192 are needed",
      { ...range(20_000, 20_190), ...workers("count: 2") },
    ],
    [
      "a range that ends before it starts",
      "cluster.yaml:5:27  network.ray_port_range: start 20500 is above end 20000; swap them",
      range(20_500, 20_000),
    ],
    [
      "ports that peers have, too",
      "cluster.yaml:5:10  network.peer_port_range: 9000 to 9100 and ray_port_range, 9100 to 9500, have ports in common; move one of them",
      range(9100, 9500),
    ],
    [
      "ports that peers have, too, where no range is written",
      "cluster.yaml:5:28  network.peer_port_range: 20000 to 20100 and ray_port_range, 20000 to 32767, have ports in common; move one of them",
      {
        ...cluster("network: {peer_port_range: {start: 20000, end: 20100}}"),
        ...workers("count: 2"),
      },
    ],
  ])("%s", (_, message, files) => {
    expect(mistakes(files)).toBe(message);
  });

  it("are none of a cluster's where nobody writes of Ray", () => {
    expect(mistakes(cluster("network: {peer_port_range: {start: 20000, end: 20100}}"))).toBe("");
  });
});
