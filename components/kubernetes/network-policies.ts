import { headPorts, type KubeRaySpec, scales } from "./kube-ray-spec";
import { type Manifest, ownLabels } from "./manifest";

/**
 * Who may speak to a cluster's pods, and whom they may speak to. A network without support for policies takes them and does
 * nothing. Port-forwards and probes come from the node itself and are never held back.
 */
export function networkPolicies(spec: KubeRaySpec): Manifest[] {
  const own = { "ray.io/cluster": spec.name };
  const head = { ...own, "ray.io/node-type": "head" };
  const within = { podSelector: { matchLabels: own } };
  const policy = (name: string, podLabels: Record<string, string>, rules: object): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: spec.namespace, labels: ownLabels(spec.stack, spec.name) },
    spec: { podSelector: { matchLabels: podLabels }, ...rules },
  });
  const closed = spec.egress === "cluster";
  return [
    policy(spec.name, own, {
      policyTypes: closed ? ["Ingress", "Egress"] : ["Ingress"],
      ingress: [{ from: [within] }],
      ...(closed && { egress: [{ to: [within] }, { to: nameServers, ports: both(53) }] }),
    }),
    ...(spec.clients.length > 0
      ? [
          policy(`${spec.name}-clients`, head, {
            policyTypes: ["Ingress"],
            ingress: [
              {
                from: [
                  {
                    namespaceSelector: {
                      matchExpressions: [
                        { key: "kubernetes.io/metadata.name", operator: "In", values: [...spec.clients] },
                      ],
                    },
                  },
                ],
                ports: [tcp(headPorts.client), tcp(headPorts.dashboard)],
              },
            ],
          }),
        ]
      : []),
    // The autoscaler asks the API server; its address is behind a Service, so that only ports and private networks can be named.
    ...(closed && scales(spec)
      ? [
          policy(`${spec.name}-autoscaler`, head, {
            policyTypes: ["Egress"],
            egress: [
              { to: privateNetworks.map((cidr) => ({ ipBlock: { cidr } })), ports: [tcp(443), tcp(6443)] },
            ],
          }),
        ]
      : []),
  ];
}

const tcp = (port: number) => ({ protocol: "TCP", port });
const both = (port: number) => [{ protocol: "UDP", port }, tcp(port)];

const nameServers = [
  { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } },
  // Where each node has a cache of its own for names.
  { ipBlock: { cidr: "169.254.20.10/32" } },
];

const privateNetworks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
