import type { WrittenCluster } from "./cluster";
import { didYouMean } from "./did-you-mean";
import { dnsLabel } from "./dns-label";
import type { Finding } from "./finding";
import type { WrittenRayCluster } from "./ray-cluster";
import { scaleOf } from "./ray-group";
import { heapOf, ownBytes, rayGroups } from "./ray-members";
import type { WrittenScenario } from "./scenario";
import { showGb, showGib } from "./units";

/** What KubeRay leaves of a name for what it makes of it. */
const longestName = 53;
/** A label has 63 letters, of which an architecture may take six. */
const longestGroup = 57;
// Less, and the processes of a head alone may be ended for want of memory.
const leastHeadBytes = 4 * 2 ** 30;

/** What Ray clusters of pods, and those of others, need of the cluster file and of each other. */
export function checkKubeRay(written: WrittenScenario, cluster: WrittenCluster): Finding[] {
  const { ray_clusters: clusters, shared_ray_clusters: shared, ray_jobs: jobs, placement } = written;
  const pods = clusters.filter(isKube);
  const places = [...clusters.map(placeOf), ...shared.map(placeOfShared)];
  const names = [...clusters, ...shared].map(({ name }) => name);
  const twice = (at: number) => {
    const place = places[at];
    if (at >= clusters.length && places.indexOf(place) === at && names.indexOf(names[at]!) < at) {
      const text = `a second Ray cluster called "${names[at]}"; use it in a scenario of its own`;
      return [{ path: ["name"], text }];
    }
    if (place === undefined || places.indexOf(place) === at) return [];
    const text = `a second RayCluster "${place.split("/")[1]}" in namespace ${place.split("/")[0]}; give it another name or namespace`;
    return [{ path: ["name"], text }];
  };
  return [
    ...clusters.flatMap((one, index) =>
      [...(isKube(one) ? podFindings(one, cluster) : overSshFindings(one)), ...twice(index)].map(
        ({ path, text }) => ({ path: ["ray_clusters", index, ...path], text }),
      ),
    ),
    ...shared.flatMap((_, index) =>
      [
        ...(cluster.kubernetes ? [] : [{ path: ["namespace"], text: noKubernetes }]),
        ...twice(clusters.length + index),
      ].map(({ path, text }) => ({ path: ["shared_ray_clusters", index, ...path], text })),
    ),
    ...objectFindings(written),
    ...jobs.flatMap((job, index) => {
      if (!pods.some(({ name }) => name === job.cluster)) return [];
      const text = `"${job.cluster}" is made of pods, and Berth runs jobs only over SSH; leave it out and submit it through ./berth connect`;
      return [{ path: ["ray_jobs", index, "cluster"], text }];
    }),
    ...pods
      .flatMap((one) => [...rayGroups(one).values()].flat())
      .filter((id) => Object.hasOwn(placement, id))
      .map((id) => ({
        path: ["placement", id],
        text: "is a pod, which Kubernetes places; to bind all members to a node write kubernetes: {node: …} in the Ray cluster",
        atKey: true,
      })),
  ];
}

/** Objects that two would call the same: the second would be refused in the middle of an update. */
function objectFindings({ ray_clusters: clusters, shared_ray_clusters: shared }: WrittenScenario): Finding[] {
  const places = clusters.map(placeOf);
  const uses = shared.map(({ name }) => name);
  const isTwice = ([list, index]: Finding["path"]) =>
    list === "ray_clusters"
      ? places.indexOf(places[index as number]) !== index
      : uses.indexOf(uses[index as number]!) !== index;
  const objects = [
    ...clusters.flatMap((one, index) => {
      const { kubernetes, name } = one;
      if (!isKube(one) || !kubernetes) return [];
      const at = (...path: string[]) => ["ray_clusters", index, ...path];
      const [label, { namespace, client_service: service }] = [dnsLabel(name), kubernetes];
      return [
        { owner: name, object: `Service "${label}-head-svc"`, namespace, path: at("name") },
        ...["", "-clients", "-autoscaler"].map((end) => ({
          owner: name,
          object: `NetworkPolicy "${label}${end}"`,
          namespace,
          path: at("name"),
        })),
        ...(service
          ? [
              {
                owner: name,
                object: `Service "${service}"`,
                namespace,
                path: at("kubernetes", "client_service"),
              },
            ]
          : []),
      ];
    }),
    ...shared.map(({ name, client: { namespace } }, index) => ({
      owner: name,
      object: `Service "${name}-dashboard"`,
      namespace,
      path: ["shared_ray_clusters", index, "name"],
    })),
  ];
  return objects.flatMap(({ object, namespace, path }, index) => {
    const first = objects.findIndex((one) => one.object === object && one.namespace === namespace);
    const { owner } = objects[first]!;
    // Of two clusters that become one it is told as such.
    if (first === index || isTwice(path)) return [];
    return [{ path, text: `${object} in namespace ${namespace} is ${owner}'s already; choose another name` }];
  });
}

const isKube = ({ launcher }: WrittenRayCluster): boolean => launcher === "kuberay";

const placeOf = ({ launcher, name, kubernetes }: WrittenRayCluster): string | undefined =>
  launcher === "kuberay" && kubernetes ? `${kubernetes.namespace}/${dnsLabel(name)}` : undefined;

const placeOfShared = ({ namespace, name }: WrittenScenario["shared_ray_clusters"][number]): string =>
  `${namespace}/${name}`;

const noKubernetes = "the cluster file does not say which Kubernetes; write kubernetes: {context: …} there";

function overSshFindings({ kubernetes, workers }: WrittenRayCluster): Finding[] {
  return [
    ...(kubernetes
      ? [{ path: ["kubernetes"], text: "goes with launcher: kuberay; write that, or leave this out" }]
      : []),
    ...workers.flatMap((group, at) =>
      (["min", "max"] as const)
        .filter((key) => group[key] !== undefined)
        .map((key) => ({
          path: ["workers", at, key],
          text: "Ray's autoscaler comes with launcher: kuberay; over SSH count says how many there are",
        })),
    ),
  ];
}

function podFindings(written: WrittenRayCluster, cluster: WrittenCluster): Finding[] {
  return [
    ...placeFindings(written, cluster),
    ...refusedFindings(written),
    ...nameFindings(written),
    ...headFindings(written),
    ...[written.head, ...written.workers].flatMap((group, at) => {
      const path = at === 0 ? ["head"] : ["workers", at - 1];
      return group.cpu_cores > 0
        ? []
        : [{ path: [...path, "cpu_cores"], text: "0, but a pod of Ray needs one at least; write 1 or more" }];
    }),
    ...written.workers.flatMap((group, at) => {
      const scale = scaleOf(group);
      if (!scale || (scale.min <= group.count && group.count <= scale.max)) return [];
      const text = `${group.count} at first is not from min ${scale.min} to max ${scale.max}; change one of them`;
      return [{ path: ["workers", at, "count"], text }];
    }),
  ];
}

function placeFindings({ kubernetes, head, workers }: WrittenRayCluster, cluster: WrittenCluster): Finding[] {
  if (!kubernetes)
    return [
      { path: ["launcher"], text: "kuberay, but kubernetes is missing; write kubernetes: {namespace: …}" },
    ];
  if (!cluster.kubernetes) return [{ path: ["launcher"], text: noKubernetes }];
  const nodes = cluster.nodes.map(({ name }) => name);
  const ofKubernetes = cluster.nodes.filter((node) => node.kubernetes_node).map(({ name }) => name);
  if (ofKubernetes.length === 0) {
    const text = "no node of the cluster file is one of Kubernetes; write kubernetes_node there";
    return [{ path: ["launcher"], text }];
  }
  const wrong = (path: Finding["path"], node: string | undefined, isHard: boolean): Finding[] => {
    if (node === undefined || ofKubernetes.includes(node)) return [];
    if (nodes.includes(node))
      return [
        { path, text: `${node} is no node of Kubernetes; write kubernetes_node there, or another node` },
      ];
    // That a wish names no node at all is said of every Ray cluster.
    return isHard ? [{ path, text: `no node "${node}"${didYouMean(node, ofKubernetes)}` }] : [];
  };
  return [
    ...wrong(["kubernetes", "node"], kubernetes.node, true),
    ...wrong(["head", "preferred_node"], head.preferred_node, false),
    ...workers.flatMap((group, at) => wrong(["workers", at, "preferred_node"], group.preferred_node, false)),
  ];
}

function refusedFindings(written: WrittenRayCluster): Finding[] {
  const inImage = "is not installed into pods; put it into the image, see kubernetes.images";
  return [
    ...(written.wheels === undefined ? [] : [{ path: ["wheels"], text: inImage }]),
    ...(written.requirements.length === 0 ? [] : [{ path: ["requirements"], text: inImage }]),
    ...(written.gcs_fault_tolerance === "none"
      ? []
      : [
          {
            path: ["gcs_fault_tolerance"],
            text: "redis beside the head is made over SSH only; leave it out: jobs go on from their checkpoints",
          },
        ]),
    ...(written.health_checks === "default"
      ? []
      : [
          {
            path: ["health_checks"],
            text: "fast is for members over SSH; leave it out: KubeRay probes its pods",
          },
        ]),
  ];
}

function nameFindings({ name, workers }: WrittenRayCluster): Finding[] {
  const label = dnsLabel(name);
  const findings: Finding[] = [];
  // The Service that is called after it may not begin with a digit.
  if (!/^[a-z]/.test(label)) {
    const text = `becomes "${label}" in Kubernetes, which has to begin with a letter; rename it`;
    findings.push({ path: ["name"], text });
  }
  if (label.length > longestName) {
    const text = `has ${label.length} letters, and KubeRay takes at most ${longestName}; shorten it`;
    findings.push({ path: ["name"], text });
  }
  const labels = workers.map((group) => dnsLabel(group.name));
  for (const [at, group] of labels.entries()) {
    const path = ["workers", at, "name"];
    const [, alone, arch] = /^(.+)-(amd64|arm64)$/.exec(group) ?? [];
    if (group === "headgroup")
      findings.push({ path, text: `"headgroup" is what KubeRay calls the head's; rename it` });
    else if (group.length > longestGroup) {
      const text = `has ${group.length} letters, and Kubernetes takes at most ${longestGroup}; shorten it`;
      findings.push({ path, text });
    } else if (alone && labels.includes(alone)) {
      const text = `is what group "${alone}" becomes for its nodes of ${arch}; rename one`;
      findings.push({ path, text });
    } else if (group === "")
      findings.push({ path, text: "has no letter or digit that Kubernetes takes; rename it" });
    else if (labels.indexOf(group) < at && workers.findIndex((one) => one.name === workers[at]!.name) === at)
      findings.push({ path, text: `becomes "${group}" in Kubernetes, as another group does; rename one` });
  }
  return findings;
}

function headFindings({ head }: WrittenRayCluster): Finding[] {
  const bytes = heapOf(head, "head") + head.object_store_gb + ownBytes.head;
  if (bytes >= leastHeadBytes) return [];
  const key = head.memory_gb === undefined ? "heap_gb" : "memory_gb";
  const least = leastHeadBytes - (key === "heap_gb" ? head.object_store_gb + ownBytes.head : 0);
  const text = `the head's pod would have ${showGb(bytes)} (${showGib(bytes)}), at least ${showGib(leastHeadBytes)}; write ${showGb(least, Math.ceil)} or more`;
  return [{ path: ["head", key], text }];
}
