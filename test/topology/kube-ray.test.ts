import { describe, expect, it } from "vitest";
import { load, mistakes } from "../support/bad-input";

const cluster = `cluster: {name: lab}
kubernetes: {context: brain}
nodes:
  - {name: HW-BRAIN-01, kubernetes_node: hw-brain-01, type: gb10, ram_gb: 128, gpu: true, max_instances: 4}
  - {name: rpi1, host: 192.0.2.2, ssh_user: u, type: raspberry_pi, ram_gb: 8, max_instances: 1}
`;
const head = "{memory_gb: 8, object_store_gb: 1, cpu_cores: 2}";
const cognition = "kubernetes: {namespace: cognition}";

interface Written {
  cluster?: string;
  /** Lines below the scenario's name. */
  lines: readonly string[];
}

const files = ({ cluster: text = cluster, lines }: Written) => ({
  "cluster.yaml": text,
  "scenario.yaml": `name: duo\n${lines.join("\n")}\n`,
});

/** A cluster of pods called `brain` with these fields, in the place of its head and section if they say so. */
const brain = (...fields: string[]) => {
  const has = (key: string) => fields.some((field) => field.startsWith(`${key}:`));
  const all = [
    ...(has("name") ? [] : ["name: brain"]),
    "launcher: kuberay",
    ...(has("head") ? [] : [`head: ${head}`]),
    ...(has("kubernetes") ? [] : [cognition]),
    ...fields.filter((field) => field !== "kubernetes:"),
  ];
  return ["ray_clusters:", `  - {${all.join(", ")}}`];
};
const gpuWorkers = (...fields: string[]) =>
  brain(
    `workers: [{${["name: gpu", "memory_gb: 16", "object_store_gb: 4", "cpu_cores: 4", ...fields].join(", ")}}]`,
  );
const shared = (...fields: string[]) => [
  "shared_ray_clusters:",
  `  - {${["name: ray-gpu", "namespace: ray", 'python: "3.11"', "client: {namespace: fleet, service_account: runner}", ...fields].join(", ")}}`,
];

describe("a Ray cluster of pods", () => {
  it("becomes members that may share a node, as many as there may be", () => {
    const { scenario } = load(
      files({
        lines: [
          "ray_clusters:",
          "  - name: Brain",
          "    launcher: kuberay",
          `    head: ${head}`,
          "    workers: [{name: GPU, count: 1, min: 0, max: 2, memory_gb: 16, object_store_gb: 4, cpu_cores: 4, gpus: 1}]",
          "    kubernetes: {namespace: cognition, node: HW-BRAIN-01, client_service: brain-node-service}",
        ],
      }),
    );
    const member = {
      launcher: "kuberay",
      boundTo: "HW-BRAIN-01",
      affinity: [],
      antiAffinity: [],
      slots: 0,
      network: "open",
      env: {},
      command: [],
      restart: { policy: "on-failure", attempts: 10, intervalSeconds: 600, backoffSeconds: 1 },
    };
    const worker = {
      ...member,
      ramBytes: 16e9,
      gpu: "required",
      gpus: 1,
      gpuMemoryBytes: 0,
      cpuCores: 4,
      ray: {
        cluster: "Brain",
        role: "worker",
        heapBytes: 11.55e9,
        objectStoreBytes: 4e9,
        ownBytes: 0.45e9,
        cpus: 4,
        gpus: 1,
      },
    };
    expect(scenario.instances).toEqual([
      {
        ...member,
        id: "Brain-head",
        ramBytes: 8e9 + 512 * 2 ** 20,
        gpu: "none",
        gpus: 0,
        gpuMemoryBytes: 0,
        cpuCores: 2.5,
        ray: {
          cluster: "Brain",
          role: "head",
          heapBytes: 6.2e9,
          objectStoreBytes: 1e9,
          ownBytes: 0.8e9,
          sidecarBytes: 512 * 2 ** 20,
          cpus: 2,
          gpus: 0,
        },
      },
      { ...worker, id: "Brain-GPU-0" },
      { ...worker, id: "Brain-GPU-1" },
    ]);
    expect(scenario.rayClusters).toEqual([
      {
        name: "Brain",
        version: "2.60.0",
        requirements: [],
        healthChecks: "default",
        memoryThreshold: 0.8,
        redis: false,
        kubernetes: {
          namespace: "cognition",
          objectName: "brain",
          groups: [
            {
              name: "GPU",
              objectName: "gpu",
              count: 1,
              scale: { min: 0, max: 2 },
              members: ["Brain-GPU-0", "Brain-GPU-1"],
            },
          ],
          node: "HW-BRAIN-01",
          clientService: "brain-node-service",
          images: {},
          priority: -100,
          egress: "cluster",
          limitRange: false,
          clients: [],
          idleTimeoutSeconds: 60,
          readyTimeoutSeconds: 600,
        },
      },
    ]);
  });

  it("says everything that can be said of one", () => {
    const { scenario } = load(
      files({
        lines: [
          "ray_clusters:",
          "  - name: brain",
          "    launcher: kuberay",
          "    ray: 2.49.2",
          `    head: ${head}`,
          "    kubernetes:",
          "      namespace: cognition",
          "      images: {arm64: a, amd64: b}",
          "      priority: -7",
          "      egress: open",
          "      clients: [analytics]",
          "      exemption: moves in December",
          "      idle_timeout_seconds: 5",
          "      ready_timeout_seconds: 6",
        ],
      }),
    );
    expect(scenario.rayClusters[0]!.kubernetes).toEqual({
      namespace: "cognition",
      objectName: "brain",
      groups: [],
      images: { arm64: "a", amd64: "b" },
      priority: -7,
      egress: "open",
      limitRange: false,
      clients: ["analytics"],
      exemption: "moves in December",
      idleTimeoutSeconds: 5,
      readyTimeoutSeconds: 6,
    });
    expect(scenario.instances.map(({ launcher, boundTo }) => ({ launcher, boundTo }))).toEqual([
      { launcher: "kuberay", boundTo: undefined },
    ]);
  });

  it("may be somebody else's, and all that a scenario has", () => {
    const { scenario } = load(
      files({
        lines: shared("ray: 2.49.2", "exemption: moves in December", "runtime_env: {pip: [openai, nats-py]}"),
      }),
    );
    expect(scenario).toMatchObject({
      instances: [],
      sharedRayClusters: [
        {
          name: "ray-gpu",
          namespace: "ray",
          version: "2.49.2",
          python: "3.11",
          exemption: "moves in December",
          client: { namespace: "fleet", serviceAccount: "runner", role: "namespaced" },
          runtimeEnv: { pip: ["openai", "nats-py"] },
        },
      ],
    });
  });

  it("takes memory_gb over SSH, too", () => {
    const { scenario } = load({
      "scenario.yaml": "name: duo\nray_clusters: [{name: mind, head: {memory_gb: 4, object_store_gb: 1}}]\n",
    });
    expect(scenario.instances[0]).toMatchObject({ ramBytes: 4e9, ray: { heapBytes: 2.2e9 } });
  });
});

describe("what is wrong with a Ray cluster of pods", () => {
  it.each<[string, string, Written]>([
    [
      "no size",
      "scenario.yaml:3:80  ray_clusters[0].head.heap_gb: missing, expected a size in GB from 0.001 to 100000, or memory_gb",
      { lines: brain("head: {object_store_gb: 1}") },
    ],
    [
      "two sizes",
      "scenario.yaml:3:92  ray_clusters[0].head.memory_gb: is written beside heap_gb; keep one of them",
      { lines: brain("head: {memory_gb: 8, heap_gb: 6, object_store_gb: 1}") },
    ],
    [
      "no heap",
      "scenario.yaml:3:92  ray_clusters[0].head.memory_gb: 8 GB leave no heap beside the object store (7.5 GB) and Ray itself (0.8 GB); write more",
      { lines: brain("head: {memory_gb: 8, object_store_gb: 7.5}") },
    ],
    [
      "a small head",
      "scenario.yaml:3:92  ray_clusters[0].head.memory_gb: the head's pod would have 4 GB (3.73 GiB), at least 4 GiB; write 4.3 GB or more",
      { lines: brain("head: {memory_gb: 4, object_store_gb: 1}") },
    ],
    [
      "a small heap",
      "scenario.yaml:3:90  ray_clusters[0].head.heap_gb: the head's pod would have 3.8 GB (3.54 GiB), at least 4 GiB; write 2.5 GB or more",
      { lines: brain("head: {heap_gb: 2, object_store_gb: 1}") },
    ],
    [
      "no namespace",
      "scenario.yaml:3:29  ray_clusters[0].launcher: kuberay, but kubernetes is missing; write kubernetes: {namespace: …}",
      { lines: brain("kubernetes:") },
    ],
    [
      "a namespace in capitals",
      "scenario.yaml:3:118  ray_clusters[0].kubernetes.namespace: expected a namespace in Kubernetes: lower case letters, digits and '-' (1 to 63), got \"Cognition\"",
      { lines: brain("kubernetes: {namespace: Cognition}") },
    ],
    [
      "a priority that is one",
      "scenario.yaml:3:139  ray_clusters[0].kubernetes.priority: expected a whole number from -1000000 to -1, got 0",
      { lines: brain("kubernetes: {namespace: cognition, priority: 0}") },
    ],
    [
      "no Kubernetes",
      "scenario.yaml:3:29  ray_clusters[0].launcher: the cluster file does not say which Kubernetes; write kubernetes: {context: …} there",
      {
        cluster: cluster
          .replace(/kubernetes: .*\n/, "")
          .replace("kubernetes_node: hw-brain-01", "host: h, ssh_user: u"),
        lines: brain(),
      },
    ],
    [
      "no node of Kubernetes",
      "scenario.yaml:3:29  ray_clusters[0].launcher: no node of the cluster file is one of Kubernetes; write kubernetes_node there",
      { cluster: cluster.replace("kubernetes_node: hw-brain-01", "host: h, ssh_user: u"), lines: brain() },
    ],
    [
      "an unknown node",
      'scenario.yaml:3:135  ray_clusters[0].kubernetes.node: no node "HW-BRIAN-01", did you mean "HW-BRAIN-01"?',
      { lines: brain("kubernetes: {namespace: cognition, node: HW-BRIAN-01}") },
    ],
    [
      "a node that is none of Kubernetes",
      "scenario.yaml:3:135  ray_clusters[0].kubernetes.node: rpi1 is no node of Kubernetes; write kubernetes_node there, or another node",
      { lines: brain("kubernetes: {namespace: cognition, node: rpi1}") },
    ],
    [
      "a wish for a node that is none of Kubernetes",
      "scenario.yaml:3:217  ray_clusters[0].workers[0].preferred_node: rpi1 is no node of Kubernetes; write kubernetes_node there, or another node",
      { lines: gpuWorkers("preferred_node: rpi1") },
    ],
    [
      "a wish for an unknown node",
      'scenario.yaml:3:217  ray_clusters[0].workers[0].preferred_node: no node "rpi9", did you mean "rpi1"?',
      { lines: gpuWorkers("preferred_node: rpi9") },
    ],
    [
      "what is for SSH",
      [
        "scenario.yaml:3:144  ray_clusters[0].requirements: is not installed into pods; put it into the image, see kubernetes.images",
        "scenario.yaml:3:168  ray_clusters[0].wheels: is not installed into pods; put it into the image, see kubernetes.images",
        "scenario.yaml:3:199  ray_clusters[0].gcs_fault_tolerance: redis beside the head is made over SSH only; leave it out: jobs go on from their checkpoints",
        "scenario.yaml:3:221  ray_clusters[0].health_checks: fast is for members over SSH; leave it out: KubeRay probes its pods",
      ].join("\n"),
      {
        lines: brain(
          "requirements: [numpy==2.2.6]",
          "wheels: ~/wheels",
          "gcs_fault_tolerance: redis",
          "health_checks: fast",
        ),
      },
    ],
    [
      "what is for pods",
      [
        "scenario.yaml:3:87  ray_clusters[0].kubernetes: goes with launcher: kuberay; write that, or leave this out",
        "scenario.yaml:3:187  ray_clusters[0].workers[0].min: Ray's autoscaler comes with launcher: kuberay; over SSH count says how many there are",
        "scenario.yaml:3:195  ray_clusters[0].workers[0].max: Ray's autoscaler comes with launcher: kuberay; over SSH count says how many there are",
      ].join("\n"),
      { lines: gpuWorkers("min: 1", "max: 2").map((line) => line.replace("launcher: kuberay, ", "")) },
    ],
    [
      "more at first than there may be",
      "scenario.yaml:3:208  ray_clusters[0].workers[0].count: 5 at first is not from min 0 to max 4; change one of them",
      { lines: gpuWorkers("count: 5", "min: 0", "max: 4") },
    ],
    [
      "fewer at first than there are to be",
      "scenario.yaml:3:140  ray_clusters[0].workers[0].count: 1 at first is not from min 2 to max 1; change one of them",
      { lines: gpuWorkers("min: 2") },
    ],
    [
      "a pod without a core",
      "scenario.yaml:3:126  ray_clusters[0].head.cpu_cores: 0, but a pod of Ray needs one at least; write 1 or more",
      { lines: brain("head: {memory_gb: 8, object_store_gb: 1, cpu_cores: 0}") },
    ],
    [
      "a name that begins with a digit",
      'scenario.yaml:3:123  ray_clusters[0].name: becomes "1st" in Kubernetes, which has to begin with a letter; rename it',
      { lines: brain("name: _1st") },
    ],
    [
      "a long name",
      "scenario.yaml:3:123  ray_clusters[0].name: has 54 letters, and KubeRay takes at most 53; shorten it",
      { lines: brain(`name: ${"x".repeat(54)}`) },
    ],
    ["the longest name", "", { lines: brain(`name: ${"x".repeat(53)}`) }],
    [
      "groups that become one",
      'scenario.yaml:3:192  ray_clusters[0].workers[1].name: becomes "gpu" in Kubernetes, as another group does; rename one',
      {
        lines: brain(
          "workers: [{name: gpu, heap_gb: 1, object_store_gb: 1}, {name: GPU, heap_gb: 1, object_store_gb: 1}]",
        ),
      },
    ],
    [
      "clusters that become one",
      'scenario.yaml:4:123  ray_clusters[1].name: a second RayCluster "brain" in namespace cognition; give it another name or namespace',
      { lines: [...brain(), brain("name: Brain")[1]!] },
    ],
    [
      "one's own cluster as somebody else's",
      'scenario.yaml:5:12  shared_ray_clusters[0].name: a second RayCluster "ray-gpu" in namespace ray; give it another name or namespace',
      { lines: [...brain("name: ray-gpu", "kubernetes: {namespace: ray}"), ...shared("ray: 2.60.0")] },
    ],
    [
      "a Service that begins with a digit",
      "scenario.yaml:3:145  ray_clusters[0].kubernetes.client_service: expected a Service in Kubernetes: lower case letters, digits and '-', a letter first (1 to 63), got \"1st\"",
      { lines: brain("kubernetes: {namespace: cognition, client_service: 1st}") },
    ],
    [
      "a Service that is KubeRay's",
      'scenario.yaml:3:145  ray_clusters[0].kubernetes.client_service: Service "brain-head-svc" in namespace cognition is brain\'s already; choose another name',
      { lines: brain("kubernetes: {namespace: cognition, client_service: brain-head-svc}") },
    ],
    [
      "a Service that another cluster has",
      'scenario.yaml:4:144  ray_clusters[1].kubernetes.client_service: Service "door" in namespace cognition is brain\'s already; choose another name',
      {
        lines: ["brain", "mind"].flatMap((name, at) =>
          brain(`name: ${name}`, "kubernetes: {namespace: cognition, client_service: door}").slice(at),
        ),
      },
    ],
    [
      "a cluster whose network policy would be another's",
      'scenario.yaml:4:123  ray_clusters[1].name: NetworkPolicy "brain-clients" in namespace cognition is brain\'s already; choose another name',
      { lines: [...brain(), brain("name: brain-clients")[1]!] },
    ],
    [
      "a group that KubeRay calls like the head's",
      'scenario.yaml:3:147  ray_clusters[0].workers[0].name: "headgroup" is what KubeRay calls the head\'s; rename it',
      { lines: brain("workers: [{name: headgroup, heap_gb: 1, object_store_gb: 1}]") },
    ],
    [
      "a group that is half of another",
      'scenario.yaml:3:192  ray_clusters[0].workers[1].name: is what group "gpu" becomes for its nodes of arm64; rename one',
      {
        lines: brain(
          "workers: [{name: gpu, heap_gb: 1, object_store_gb: 1}, {name: gpu-arm64, heap_gb: 1, object_store_gb: 1}]",
        ),
      },
    ],
    [
      "a group whose name is no label with an architecture behind it",
      "scenario.yaml:3:143  ray_clusters[0].workers[0].name: has 58 letters, and Kubernetes takes at most 57; shorten it",
      {
        lines: brain("name: b", `workers: [{name: ${"g".repeat(58)}, heap_gb: 1, object_store_gb: 1}]`),
      },
    ],
    [
      "an image of two words",
      'scenario.yaml:3:145  ray_clusters[0].kubernetes.images.arm64: expected the name of an image, without spaces, got "my image"',
      { lines: brain("kubernetes: {namespace: cognition, images: {arm64: my image}}") },
    ],
    [
      "two of somebody else's clusters that have one name",
      'scenario.yaml:4:12  shared_ray_clusters[1].name: a second Ray cluster called "ray-gpu"; use it in a scenario of its own',
      {
        lines: [
          ...shared("ray: 2.60.0"),
          shared("ray: 2.60.0")[1]!.replace("namespace: ray,", "namespace: ray2,"),
        ],
      },
    ],
    [
      "somebody else's cluster that KubeRay would not take",
      "scenario.yaml:3:12  shared_ray_clusters[0].name: expected a RayCluster in Kubernetes: lower case letters, digits and '-', a letter first (1 to 53), got \"1st\"",
      { lines: shared("ray: 2.60.0").map((line) => line.replace("name: ray-gpu", "name: 1st")) },
    ],
    [
      "an account with two dots",
      "scenario.yaml:3:97  shared_ray_clusters[0].client.service_account: expected a name in Kubernetes: lower case letters, digits, '-' and '.', got \"a..b\"",
      { lines: shared("ray: 2.60.0").map((line) => line.replace("runner", "a..b")) },
    ],
    [
      "an old Ray",
      "scenario.yaml:3:135  ray_clusters[0].ray: Ray 2.53.1 lets pages in a browser stop its jobs (CVE-2026-27482); at least 2.54.0, or the reason in kubernetes.exemption",
      { lines: brain("ray: 2.53.1") },
    ],
    ["the oldest Ray", "", { lines: brain("ray: 2.54.0") }],
    [
      "an exemption that is none",
      "scenario.yaml:3:140  ray_clusters[0].kubernetes.exemption: Ray 2.60.0 needs none, from 2.54.0 on; leave it out",
      { lines: brain("kubernetes: {namespace: cognition, exemption: because}") },
    ],
    [
      "an old Ray of somebody else's",
      "scenario.yaml:3:111  shared_ray_clusters[0].ray: Ray 2.49.2 lets pages in a browser stop its jobs (CVE-2026-27482); at least 2.54.0, or the reason in exemption",
      { lines: shared("ray: 2.49.2") },
    ],
    [
      "somebody else's cluster without a Kubernetes",
      "scenario.yaml:3:32  shared_ray_clusters[0].namespace: the cluster file does not say which Kubernetes; write kubernetes: {context: …} there",
      {
        cluster: cluster
          .replace(/kubernetes: .*\n/, "")
          .replace("kubernetes_node: hw-brain-01", "host: h, ssh_user: u"),
        lines: shared("ray: 2.60.0"),
      },
    ],
    [
      "a job",
      'scenario.yaml:4:35  ray_jobs[0].cluster: "brain" is made of pods, and Berth runs jobs only over SSH; leave it out and submit it through ./berth connect',
      { lines: [...brain(), "ray_jobs: [{name: think, cluster: brain, command: [python]}]"] },
    ],
    [
      "a pod placed by hand",
      "scenario.yaml:4:13  placement.brain-head: is a pod, which Kubernetes places; to bind all members to a node write kubernetes: {node: …} in the Ray cluster",
      { lines: [...brain(), "placement: {brain-head: HW-BRAIN-01}"] },
    ],
  ])("%s", (_, expected, written) => {
    expect(mistakes(files(written))).toBe(expected);
  });
});
