import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";

/** How a remedy begins that is kubectl's: never with what it points at by itself. */
export const kubectl = ({ access: { context } }: KubernetesApi) => `kubectl --context ${context}`;
