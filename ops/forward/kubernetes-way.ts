import type { Socket } from "node:net";
import { Writable } from "node:stream";
import { KubernetesApi } from "../../components/kubernetes/kubernetes-api";
import { KubernetesError } from "../../components/kubernetes/kubernetes-error";
import type { PodPlace } from "./target";
import type { NoWay, Way } from "./way";

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** The way to a port of the head pod that a cluster has now, through the API server. */
export async function kubernetesWay(place: PodPlace, kubeconfig: string | undefined): Promise<Way | NoWay> {
  const { context, namespace, rayCluster } = place;
  try {
    const api = await KubernetesApi.open({ context, ...(kubeconfig && { kubeconfig }) });
    const labels = `ray.io/cluster=${rayCluster},ray.io/node-type=head`;
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const pods = await api.list<Pod>(path, `labelSelector=${encodeURIComponent(labels)}`);
    const head = pods.find(isReady);
    if (!head) {
      const [pod] = pods;
      const how = pod ? `its head pod ${pod.metadata.name} is not ready` : "it has no head pod";
      return {
        problem: `${namespace}/${rayCluster}: ${how}; see  kubectl --context ${context} --namespace ${namespace} get pods`,
      };
    }
    const { name } = head.metadata;
    // The API server says when it is no more: a pod that has gone refuses the next who comes.
    return {
      on: `${namespace}/${name}`,
      lost: new Promise(() => {}),
      carry: (socket) => carry(api, place, name, socket),
    };
  } catch (error) {
    if (error instanceof KubernetesError) return { problem: error.message.replace(/^berth: /, "") };
    throw error;
  }
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True");

async function carry(
  api: KubernetesApi,
  { namespace, port }: PodPlace,
  pod: string,
  socket: Socket,
): Promise<string | undefined> {
  const { PortForward } = await import("@kubernetes/client-node");
  let [answered, said] = [false, ""];
  const answers = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      answered = true;
      socket.write(chunk, () => done());
    },
  });
  const complaints = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      said += chunk;
      done();
      // The other side keeps the connection after it has complained.
      channel?.close();
    },
  });
  let channel: { close(): void; on(event: "close", heard: () => void): void } | undefined;
  try {
    const opened = await new PortForward(api.config).portForward(
      namespace,
      pod,
      [port],
      answers,
      complaints,
      socket,
    );
    channel = (typeof opened === "function" ? opened() : opened) as unknown as NonNullable<typeof channel>;
  } catch (error) {
    socket.destroy();
    return `${namespace}/${pod} is not there any more: ${String((error as Error).message ?? error).split("\n")[0]}`;
  }
  socket.on("close", () => channel?.close());
  if (said) channel.close();
  socket.resume();
  await new Promise<void>((resolve) => channel!.on("close", resolve));
  socket.end();
  return said && !answered
    ? `port ${port} of ${namespace}/${pod} does not answer: ${said.trim().split("\n").at(-1)}`
    : undefined;
}
