import type { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";

/** What an API server would answer, by path without its query; a list is a function's turn by turn. */
export interface FakeApi {
  readonly api: KubernetesApi;
  /** Answers, which a test may change under way. Undefined: there is no such object. */
  readonly objects: Map<string, object>;
  /** What was made and removed, in order. */
  readonly done: string[];
}

/** An API server that is a map. It proves what is asked and made of the answers, not that a real one answers so. */
export function fakeApi(objects: Record<string, object> = {}): FakeApi {
  const known = new Map(Object.entries(objects));
  const done: string[] = [];
  const api = {
    access: { context: "lab" },
    get: async (path: string) => {
      const found = known.get(path);
      if (found) return found;
      throw new KubernetesError(
        path.startsWith("/apis/ray.io") && path.split("/").length < 5 ? "KindMissing" : "NotFound",
        `no ${path}`,
      );
    },
    list: async (path: string) => known.get(path) ?? [],
    create: async (path: string, object: { metadata: { name: string } }) => {
      done.push(`create ${path}/${object.metadata.name}`);
      known.set(`${path}/${object.metadata.name}`, object);
    },
    remove: async (path: string) => {
      done.push(`remove ${path}`);
      known.delete(path);
    },
  };
  return { api: api as unknown as KubernetesApi, objects: known, done };
}
