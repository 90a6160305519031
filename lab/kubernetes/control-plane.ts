import { readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { type KubectlTarget, kubectl } from "./kubectl";
import { ensureServer, type ServerProcessArgs } from "./server-process";

/** Ports on 127.0.0.1. The store has none: it listens on sockets in its folder, so that no other user can reach it. */
export interface ControlPlanePorts {
  readonly api: number;
  readonly kwok: number;
  readonly operatorProbes: number;
}

/** A lab's folder with certificates and kubeconfigs in it. */
export interface ControlPlaneArgs extends KubectlTarget {
  readonly ports: ControlPlanePorts;
}

/** Names of the servers, in the order of their start. */
export const serverNames = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "ray-operator",
] as const;

/** Path of the kubeconfig that the servers use; clients get one without a current context. */
export const serversKubeconfig = (directory: string) => join(directory, "servers.kubeconfig");

/** Starts what does not run yet: the API server and its store, the controllers, the scheduler, kwok and KubeRay's operator. */
export async function ensureControlPlane(args: ControlPlaneArgs): Promise<void> {
  await ensureServer(etcd(args));
  await ensureServer(apiServer(args));
  // kwok and the operator want to see their kinds when they start.
  await Promise.all([
    ensureServer(controllerManager(args)),
    ensureServer(scheduler(args)),
    ensureDefinitions(args),
  ]);
  await Promise.all([ensureServer(kwok(args)), ensureServer(operator(args))]);
}

const socket = "unix://etcd.sock";

function etcd({ directory, programs }: ControlPlaneArgs): ServerProcessArgs {
  return {
    root: directory,
    program: join(programs, "etcd"),
    args: [
      `--data-dir=${directory}/etcd`,
      // The lab's state may be lost with the computer.
      "--unsafe-no-fsync",
      `--listen-client-urls=${socket}`,
      "--listen-peer-urls=unix://etcd-peer.sock",
      // Has to be an address; nobody is told it.
      "--advertise-client-urls=http://localhost:2379",
      "--log-level=warn",
    ],
    isReady: () => true,
  };
}

function apiServer({ directory, programs, ports }: ControlPlaneArgs): ServerProcessArgs {
  const certificates = join(directory, "certificates");
  return {
    root: directory,
    program: join(programs, "kube-apiserver"),
    args: [
      `--etcd-servers=${socket}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${ports.api}`,
      "--endpoint-reconciler-type=none",
      // It makes its own certificate there.
      `--cert-dir=${certificates}`,
      "--service-cluster-ip-range=10.96.0.0/16",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${certificates}/service-accounts.pub`,
      `--service-account-signing-key-file=${certificates}/service-accounts.key`,
      `--token-auth-file=${certificates}/tokens.csv`,
      "--authorization-mode=Node,RBAC",
      "--allow-privileged=true",
      "--enable-priority-and-fairness=false",
      "--kubelet-preferred-address-types=InternalIP",
      "--v=1",
    ],
    isReady: () => answersOk(ports.api, "/readyz", join(certificates, "apiserver.crt")),
  };
}

function controllerManager(args: ControlPlaneArgs): ServerProcessArgs {
  const { directory, programs } = args;
  return {
    root: directory,
    program: join(programs, "kube-controller-manager"),
    args: [
      `--kubeconfig=${serversKubeconfig(directory)}`,
      `--service-account-private-key-file=${directory}/certificates/service-accounts.key`,
      `--root-ca-file=${directory}/certificates/apiserver.crt`,
      "--leader-elect=false",
      "--secure-port=0",
    ],
    // Without it no pod is admitted.
    isReady: async () => (await kubectl(args, ["get", "serviceaccount/default", "--output=name"])) !== "",
  };
}

function scheduler({ directory, programs }: ControlPlaneArgs): ServerProcessArgs {
  return {
    root: directory,
    program: join(programs, "kube-scheduler"),
    args: [`--kubeconfig=${serversKubeconfig(directory)}`, "--leader-elect=false", "--secure-port=0"],
    isReady: () => true,
  };
}

function kwok({ directory, programs, ports }: ControlPlaneArgs): ServerProcessArgs {
  const certificate = join(directory, "certificates", "apiserver.crt");
  return {
    root: directory,
    program: join(programs, "kwok"),
    args: [
      `--kubeconfig=${serversKubeconfig(directory)}`,
      "--manage-all-nodes=true",
      "--cidr=10.244.0.1/16",
      "--node-ip=127.0.0.1",
      `--node-port=${ports.kwok}`,
      "--node-lease-duration-seconds=40",
      // With these objects a test says what a pod's log holds, and which port of this computer is behind one of a pod's.
      "--enable-crds=Logs,ClusterLogs,PortForward,ClusterPortForward",
      `--server-address=127.0.0.1:${ports.kwok}`,
      `--tls-cert-file=${certificate}`,
      `--tls-private-key-file=${directory}/certificates/apiserver.key`,
    ],
    isReady: () => answersOk(ports.kwok, "/healthz", certificate),
  };
}

function operator({ directory, programs, ports }: ControlPlaneArgs): ServerProcessArgs {
  const probes = `127.0.0.1:${ports.operatorProbes}`;
  return {
    root: directory,
    program: join(programs, "ray-operator"),
    args: [
      `--kubeconfig=${serversKubeconfig(directory)}`,
      "--metrics-addr=0",
      `--health-probe-bind-address=${probes}`,
      "--enable-leader-election=false",
      "--use-kubernetes-proxy=true",
    ],
    isReady: async () => (await fetch(`http://${probes}/readyz`)).ok,
  };
}

async function ensureDefinitions(args: ControlPlaneArgs): Promise<void> {
  await kubectl(args, ["apply", "--server-side", "--filename", join(args.programs, "crds")]);
  await kubectl(args, ["wait", "--for=condition=Established", "crd", "--all", "--timeout=120s"]);
}

/** Asks over TLS and checks the certificate. */
function answersOk(port: number, path: string, certificateAuthority: string): Promise<boolean> {
  const ca = readFileSync(certificateAuthority);
  return new Promise((resolve, reject) => {
    const question = request({ host: "127.0.0.1", port, path, ca, agent: false, timeout: 5_000 });
    question.on("response", (answer) => resolve(answer.resume().statusCode === 200));
    question.on("timeout", () => question.destroy(new Error("no answer in 5 s")));
    question.on("error", reject).end();
  });
}
