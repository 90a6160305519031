import { checkKubernetesObjects } from "./check-kubernetes-objects";
import { checkPods, noKubernetes } from "./check-pods";
import type { WrittenCluster } from "./cluster";
import type { Finding } from "./finding";
import { kubePlace } from "./kube-place";
import type { WrittenRayCluster } from "./ray-cluster";
import { rayGroups } from "./ray-members";
import type { WrittenScenario } from "./scenario";

/** What Ray clusters of pods, and those of others, need of the cluster file and of each other. */
export function checkKubeRay(written: WrittenScenario, cluster: WrittenCluster): Finding[] {
  const { ray_clusters: clusters, shared_ray_clusters: shared, ray_jobs: jobs, placement } = written;
  const pods = clusters.filter(isKube);
  const places = [...clusters.map(kubePlace), ...shared.map(({ namespace, name }) => `${namespace}/${name}`)];
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
      [...(isKube(one) ? checkPods(one, cluster) : overSshFindings(one)), ...twice(index)].map(
        ({ path, text }) => ({ path: ["ray_clusters", index, ...path], text }),
      ),
    ),
    ...shared.flatMap((_, index) =>
      [
        ...(cluster.kubernetes ? [] : [{ path: ["namespace"], text: noKubernetes }]),
        ...twice(clusters.length + index),
      ].map(({ path, text }) => ({ path: ["shared_ray_clusters", index, ...path], text })),
    ),
    ...checkKubernetesObjects(written),
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

const isKube = ({ launcher }: WrittenRayCluster): boolean => launcher === "kuberay";

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
