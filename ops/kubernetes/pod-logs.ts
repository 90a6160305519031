import { setTimeout as sleep } from "node:timers/promises";
import { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { Cluster } from "../../topology/cluster";
import { didYouMean } from "../../topology/did-you-mean";
import type { RayCluster } from "../../topology/ray-cluster";
import type { LogsOptions } from "../logs";
import type { Pod } from "./objects";
import { podStatus } from "./pod-status";

/** The pods that a name of a scenario or of Kubernetes stands for. */
export interface AskedPods {
  readonly name: string;
  readonly namespace: string;
  /** The member's, of those of the namespace; undefined: it has none now. */
  of(pods: readonly Pod[]): Pod | undefined;
}

/** What `logs` takes of a scenario's clusters of pods: a member's id, or the cluster's own for its head. */
export function memberPods(clusters: readonly RayCluster[]): AskedPods[] {
  return clusters.flatMap(({ name, kubernetes }) => {
    if (!kubernetes) return [];
    const { namespace, objectName, groups } = kubernetes;
    const inGroup = (pods: readonly Pod[], ...names: string[]) =>
      pods
        .filter(({ metadata: { labels = {} } }) => labels["ray.io/cluster"] === objectName)
        .filter(({ metadata: { labels = {} } }) => names.includes(labels["ray.io/group"] ?? ""))
        .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
    const head = { namespace, of: (pods: readonly Pod[]) => inGroup(pods, "headgroup")[0] };
    return [
      { name, ...head },
      { name: `${name}-head`, ...head },
      ...groups.flatMap((group) =>
        group.members.map((member, at) => ({
          name: member,
          namespace,
          // Planned on two kinds of processors it is two groups in Kubernetes.
          of: (pods: readonly Pod[]) =>
            inGroup(pods, group.objectName, `${group.objectName}-amd64`, `${group.objectName}-arm64`)[at],
        })),
      ),
    ];
  });
}

/** A pod by its own name, as `status` shows it; undefined where no cluster of the scenario has pods of that kind of name. */
export function podByName(clusters: readonly RayCluster[], name: string): AskedPods | undefined {
  const own = clusters.find(({ kubernetes }) => kubernetes && name.startsWith(`${kubernetes.objectName}-`));
  if (!own) return undefined;
  const { namespace } = own.kubernetes!;
  return { name, namespace, of: (pods) => pods.find(({ metadata }) => metadata.name === name) };
}

/** Milliseconds before a pod whose log has ended, or that is gone, is looked for again. */
const pause = 1000;

/**
 * Prints the last lines of a pod's log; with `follow` also what comes, until Ctrl-C, from whatever pod has its place. Returns the
 * exit status: 0 there is a log, 1 there is none or nobody answered.
 */
export async function podLogs(cluster: Cluster, asked: AskedPods, options: LogsOptions): Promise<number> {
  try {
    const api = await KubernetesApi.open(cluster.kubernetes!);
    const reader = new PodLog(api, cluster, asked, options);
    await reader.read(`tailLines=${options.lines}`);
    while (options.follow) {
      await sleep(pause);
      await reader.goOn();
    }
    return 0;
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    console.error(error.message);
    return 1;
  }
}

class PodLog {
  /** Time of the last line, as the kubelet writes it: all are equally long. */
  private last = "";
  private complained = "";
  private rest = "";

  constructor(
    private readonly api: KubernetesApi,
    private readonly cluster: Cluster,
    private readonly asked: AskedPods,
    private readonly options: LogsOptions,
  ) {}

  /** A lost connection and a pod that is made anew are no end. */
  async goOn(): Promise<void> {
    try {
      await this.read(this.last ? `sinceTime=${encodeURIComponent(this.last)}` : "tailLines=0");
      this.complained = "";
    } catch (error) {
      if (!(error instanceof KubernetesError)) throw error;
      if (error.message !== this.complained) console.error(error.message);
      this.complained = error.message;
    }
  }

  async read(from: string): Promise<void> {
    const { name, namespace } = this.asked;
    const pods = await this.api.list<Pod>(`/api/v1/namespaces/${namespace}/pods`);
    const pod = this.asked.of(pods);
    if (!pod) {
      const known = pods.map(({ metadata }) => metadata.name);
      const hint = known.length > 0 ? didYouMean(name, known) : "; there is no pod";
      throw new KubernetesError("NotFound", `${name} has no pod in namespace ${namespace}${hint}`);
    }
    const node = this.nodeOf(pod);
    const seen = this.last;
    const by = { now: new Date(), nodeNames: new Map(), used: new Map() };
    const { state, reason } = podStatus(pod, by);
    if (pod.spec.nodeName === undefined)
      throw new KubernetesError(
        "NotFound",
        `${pod.metadata.name} has no log, it is ${state}: ${reason ?? "it has no node yet"}`,
      );
    const query = [from, "timestamps=true", `container=${pod.spec.containers[0]!.name}`];
    if (this.options.follow) query.push("follow=true");
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.metadata.name}/log?${query.join("&")}`;
    try {
      const print = (text: string) => this.print(text, seen, node, pod.metadata.name);
      if (this.options.follow) await this.api.follow(path, print);
      else print(await this.api.text(path));
    } catch (error) {
      if (!(error instanceof KubernetesError) || error.fault !== "AnswerUnexpected") throw error;
      throw new KubernetesError(
        "LogUnavailable",
        `${pod.metadata.name} on ${node} is ${state}, its kubelet gives no log: ${error.message.split(": ").slice(3).join(": ")}`,
      );
    }
  }

  private nodeOf({ spec }: Pod): string {
    const known = this.cluster.nodes.find(({ kubernetesNode }) => kubernetesNode === spec.nodeName);
    return known?.name ?? spec.nodeName ?? "";
  }

  /** Whole lines, each once: what is asked for again begins with the second of the last one. */
  private print(text: string, seen: string, node: string, pod: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop()!;
    for (const written of lines) {
      const at = written.indexOf(" ");
      const [time, line] = [written.slice(0, at), written.slice(at + 1)];
      if (time <= seen) continue;
      this.last = time;
      if (this.options.json) console.log(JSON.stringify({ node, instance: this.asked.name, pod, line }));
      else console.log(line);
    }
  }
}
