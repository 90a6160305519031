import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sshAccess } from "../components/ssh-access";
import { ConfigError } from "../topology/config-error";
import { loadTopology } from "../topology/load-topology";
import { type SshNode, sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { localPython, misfits } from "./connect/local-python";
import { checksOf, type DoctorCheck } from "./doctor/check";
import { doctorKubernetes } from "./doctor/kubernetes";
import { doctorNode, wantedOf } from "./doctor/node";
import { SshTunnel } from "./forward/ssh-tunnel";
import { placeOf } from "./forward/target";
import {
  type KubeRayOutputs,
  type RayOutputs,
  rayClustersOf,
  type SshRayOutputs,
  type StackOutputs,
  stackOutputs,
} from "./stack/outputs";
import { paint } from "./terminal/paint";

export interface DoctorOptions {
  configFile?: string;
  json?: boolean;
}

/**
 * Goes through what is usually wrong when something does not work: this computer, and with a stack its nodes, Ray clusters and
 * Kubernetes. Changes nothing. Returns the exit status: 0 nothing failed, 1 something did. Throws ConfigError.
 */
export async function doctor(stack: string | undefined, options: DoctorOptions): Promise<number> {
  const checks = [...(await here()), ...(stack === undefined ? [] : await ofStack(stack, options))];
  if (options.json) console.log(JSON.stringify({ checks }, null, 2));
  else print(checks);
  return checks.some(({ state }) => state === "failed") ? 1 : 0;
}

async function here(): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf("here");
  const { pulumiHome } = await import("../tools/environment.mjs");
  const programs = await Promise.all(
    [
      ["ssh", "-V"],
      ["rsync", "--version"],
      ["python3", "--version"],
    ].map(async ([program, flag]) => {
      const said = await words(program!, flag!);
      return said === undefined
        ? failed(program!, "there is none", "type  npm run setup")
        : ok(program!, said.split("\n")[0]!.trim());
    }),
  );
  const home = pulumiHome();
  const agent = process.env.SSH_AUTH_SOCK && (await words("ssh-add", "-l"));
  return [
    ...programs,
    home ? ok("pulumi", home.path) : failed("pulumi", "it is not set up", "type  npm run setup"),
    agent
      ? ok("SSH agent", `${agent.trim().split("\n").length} keys`)
      : skipped("SSH agent", "none with a key; nodes need ssh_key_path in the cluster file then"),
  ];
}

async function ofStack(stack: string, options: DoctorOptions): Promise<DoctorCheck[]> {
  const { cluster, scenario } = loadTopology(stackFiles(stack, options.configFile));
  const { ok, skipped } = checksOf(stack);
  const { outputs, known } = await stackOutputs(stack).then(
    (found): { outputs: StackOutputs; known: DoctorCheck } => ({
      outputs: found,
      known: ok("state", `${Object.keys(found.instances ?? {}).length} instances`),
    }),
    (error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      return { outputs: {}, known: skipped("state", error.message.replace(/^berth: /, "")) };
    },
  );
  const clusters = Object.entries(rayClustersOf(outputs));
  const kube = clusters.flatMap(([, one]): KubeRayOutputs[] => (one.launcher === "kuberay" ? [one] : []));
  const nodes = sshNodes(cluster);
  const [ofNodes, ofKubernetes] = await Promise.all([
    Promise.all(nodes.map((node) => doctorNode(node, wantedOf(stack, node.name, scenario, outputs)))),
    cluster.kubernetes ? doctorKubernetes(cluster, kube) : [],
  ]);
  const checks = ofNodes.flat();
  const reached = nodes.filter(({ name }) =>
    checks.some((one) => one.subject === name && one.check === "reached" && one.state === "ok"),
  );
  const ofRay = await Promise.all(
    clusters.map(([name, one]) => rayCluster(stack, name, one, outputs, reached)),
  );
  return [known, ...checks, ...ofRay.flat(), ...ofKubernetes];
}

async function rayCluster(
  stack: string,
  name: string,
  ray: RayOutputs,
  outputs: StackOutputs,
  reached: readonly SshNode[],
): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf(name);
  const python = await localPython("python3");
  const there = ray.versions;
  const differs = there && python?.ray ? misfits("python3", python, there) : [];
  const versions =
    there === undefined || !python?.ray
      ? skipped(
          "client here",
          python?.ray ? "what the cluster has, is known after the next update" : "python3 here has no Ray",
        )
      : differs.length > 0
        ? failed(
            "client here",
            differs.join("; "),
            `make one that fits:  ./berth connect ${stack} ${name}  says how`,
          )
        : ok("client here", `Ray ${there.ray}`);
  return [
    versions,
    ...(ray.launcher === "kuberay" ? [] : await rayPorts(stack, name, ray, outputs, reached)),
  ];
}

/** Asks on the head's node itself whether the cluster's doors are open. */
async function rayPorts(
  stack: string,
  name: string,
  ray: SshRayOutputs,
  outputs: StackOutputs,
  reached: readonly SshNode[],
): Promise<DoctorCheck[]> {
  const { ok, failed, skipped } = checksOf(name);
  const doors = ["GCS", "client server", "dashboard"];
  const node = reached.find((one) => one.name === ray.head);
  const tunnel =
    node &&
    (await SshTunnel.open({
      node: node.name,
      stack,
      access: sshAccess({ [node.name]: node.connection }).get(node.name)!,
      gone: "",
    }));
  if (!(tunnel instanceof SshTunnel)) return doors.map((door) => skipped(door, `${ray.head} is not reached`));
  const [, host, gcs] = /^(.*):(\d+)$/.exec(ray.address)!;
  const at = (port: "client" | "dashboard") =>
    placeOf({ name, port }, outputs, []) as { host: string; port: number };
  const places = [{ host: host!, port: Number(gcs) }, at("client"), at("dashboard")];
  const found = await Promise.all(
    places.map(async (place, index) => {
      const way = await tunnel.way(place.host, place.port);
      return "problem" in way
        ? failed(
            doors[index]!,
            way.problem,
            `read  ./berth logs ${stack} ${name}-head; start it again with  ./berth up ${stack}`,
          )
        : ok(doors[index]!, `${place.host}:${place.port} on ${ray.head}`);
    }),
  );
  await tunnel.close();
  return found;
}

/** What a program says, on either stream; undefined: there is none, or it fails. */
async function words(program: string, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args);
    return stdout || stderr;
  } catch {
    return undefined;
  }
}

function print(checks: readonly DoctorCheck[]): void {
  const colors = paint(process.stdout);
  const colour = { ok: colors.green, failed: colors.red, skipped: colors.dim };
  const width = Math.max(...checks.map(({ subject, check }) => `${subject} ${check}`.length));
  for (const { subject, check, state, found, remedy } of checks) {
    console.log(`${colour[state](state.padEnd(7))}  ${`${subject} ${check}`.padEnd(width)}  ${found}`);
    if (remedy) console.log(`         ${" ".repeat(width)}  → ${remedy}`);
  }
}
