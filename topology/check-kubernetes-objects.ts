import { dnsLabel } from "./dns-label";
import type { Finding } from "./finding";
import { kubePlace } from "./kube-place";
import type { WrittenScenario } from "./scenario";

/** Objects that two would call the same: the second would be refused in the middle of an update. */
export function checkKubernetesObjects({
  ray_clusters: clusters,
  shared_ray_clusters: shared,
}: WrittenScenario): Finding[] {
  const places = clusters.map(kubePlace);
  const uses = shared.map(({ name }) => name);
  const isTwice = ([list, index]: Finding["path"]) =>
    list === "ray_clusters"
      ? places.indexOf(places[index as number]) !== index
      : uses.indexOf(uses[index as number]!) !== index;
  const objects = [
    ...clusters.flatMap((one, index) => {
      const { launcher, kubernetes, name } = one;
      if (launcher !== "kuberay" || !kubernetes) return [];
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
