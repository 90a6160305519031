import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { loadCluster } from "../../topology/load-cluster";
import { type ControlPlanePorts, ensureControlPlane, serverNames, serversKubeconfig } from "./control-plane";
import { kubeconfig } from "./kubeconfig";
import { type KubectlTarget, kubectl } from "./kubectl";
import { endServer, runningServer } from "./server-process";
import { type SimulatedNode, simulatedNode, simulatedNodes } from "./simulated-node";

/**
 * A Kubernetes on this computer without containers: the real API server, controllers, scheduler and KubeRay operator, and nodes
 * that kwok plays. Pods are made, placed, counted, refused and said to run; nothing runs in them.
 */
export interface KubernetesLab extends KubectlTarget {
  /** URL of the API server. */
  readonly server: string;
  readonly ports: ControlPlanePorts;
  /** Names of the nodes that were asked for. */
  readonly nodes: readonly string[];
}

/** What a lab stands in for. */
export interface KubernetesLabArgs {
  /** Name of the kubeconfig's only context, which is not its current one. */
  readonly context: string;
  readonly nodes: readonly SimulatedNode[];
}

/**
 * Starts what does not run yet and makes the nodes of Kubernetes that a cluster file has, or those that are given; all lies in
 * `directory`, the administrator's token readable for its owner only. Clients get there with the environment variable
 * KUBECONFIG. Throws with the end of a server's log when one does not come up; those that did run until `kubernetesLabDown`.
 */
export async function kubernetesLabUp(
  directory: string,
  cluster: string | KubernetesLabArgs,
): Promise<KubernetesLab> {
  const { context, nodes } = typeof cluster === "string" ? argsOf(cluster) : cluster;
  const lab = readKubernetesLab(directory) ?? (await prepare(resolve(directory), context));
  await ensureControlPlane(lab);
  await makeNodes(lab, nodes);
  const complete = { ...lab, nodes: nodes.map(({ name }) => name) };
  write(complete);
  return complete;
}

/** The lab in `directory`, running or not; `undefined` when there is none. */
export function readKubernetesLab(directory: string): KubernetesLab | undefined {
  const file = labFile(resolve(directory));
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** Process id of each of a lab's servers; `undefined` for one that does not run. */
export function kubernetesLabServers({ directory }: KubernetesLab): Record<string, number | undefined> {
  return Object.fromEntries(serverNames.map((name) => [name, runningServer(directory, name)]));
}

/** Ends the servers and removes the folder. No lab is success. */
export async function kubernetesLabDown(directory: string): Promise<void> {
  const root = resolve(directory);
  for (const name of [...serverNames].reverse()) await endServer(root, name);
  rmSync(root, { recursive: true, force: true });
}

function argsOf(file: string): KubernetesLabArgs {
  const cluster = loadCluster(file);
  if (!cluster.kubernetes) throw new Error(`${file}: no node of it is one of Kubernetes`);
  return { context: cluster.kubernetes.context, nodes: simulatedNodes(cluster) };
}

async function prepare(directory: string, context: string): Promise<KubernetesLab> {
  const { kubernetesPath } = await import("../../tools/environment.mjs");
  const programs = kubernetesPath();
  if (!existsSync(programs))
    throw new Error("the programs of a Kubernetes are not built; type: npm run setup -- --kubernetes");

  const certificates = join(directory, "certificates");
  mkdirSync(certificates, { recursive: true, mode: 0o700 });
  const [api, kwok, operatorProbes] = await freePorts(3);
  const token = randomBytes(32).toString("hex");
  writeSecret(join(certificates, "tokens.csv"), `${token},admin,admin,system:masters\n`);
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeSecret(
    join(certificates, "service-accounts.key"),
    privateKey.export({ type: "pkcs1", format: "pem" }),
  );
  writeSecret(join(certificates, "service-accounts.pub"), publicKey.export({ type: "spki", format: "pem" }));
  const lab: KubernetesLab = {
    directory,
    programs,
    context,
    kubeconfig: join(directory, "kubeconfig"),
    server: `https://127.0.0.1:${api}`,
    ports: { api: api!, kwok: kwok!, operatorProbes: operatorProbes! },
    nodes: [],
  };
  const access = {
    server: lab.server,
    certificateAuthority: join(certificates, "apiserver.crt"),
    token,
    context,
  };
  writeSecret(lab.kubeconfig, kubeconfig({ ...access, isCurrent: false }));
  writeSecret(serversKubeconfig(directory), kubeconfig({ ...access, isCurrent: true }));
  write(lab);
  return lab;
}

/** The sizes are a node's status, which has a door of its own. */
async function makeNodes(lab: KubernetesLab, nodes: readonly SimulatedNode[]): Promise<void> {
  if (nodes.length === 0) return;
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: nodes.map(simulatedNode) });
  const apply = ["apply", "--server-side", "--force-conflicts", "--filename=-"];
  await kubectl(lab, apply, list);
  await kubectl(lab, [...apply, "--subresource=status"], list);
  await kubectl(lab, ["wait", "--for=condition=Ready", "nodes", "--all", "--timeout=120s"]);
}

/** Ports of the loopback address that nobody has now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  const ports = probes.map(
    (probe) =>
      new Promise<number>((resolvePort, reject) => {
        probe.once("error", reject).listen(0, "127.0.0.1", () => {
          const bound = probe.address();
          resolvePort(typeof bound === "object" && bound ? bound.port : 0);
        });
      }),
  );
  try {
    return await Promise.all(ports);
  } finally {
    for (const probe of probes) probe.close();
  }
}

const write = (lab: KubernetesLab) =>
  writeFileSync(labFile(lab.directory), JSON.stringify(lab, undefined, 2));
const writeSecret = (file: string, text: string | Buffer) => writeFileSync(file, text, { mode: 0o600 });
const labFile = (directory: string) => join(directory, "kubernetes-lab.json");
