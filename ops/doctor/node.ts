import { codeTree } from "../../components/code-tree";
import type { SshAccess } from "../../components/ssh-access";
import { sshAccess } from "../../components/ssh-access";
import { ConfigError } from "../../topology/config-error";
import type { Scenario } from "../../topology/scenario";
import type { SshNode } from "../../topology/ssh-nodes";
import { askNode } from "../node/ask-node";
import { runOnNode } from "../node/run-on-node";
import type { StackOutputs } from "../stack/outputs";
import { checksOf, type DoctorCheck } from "./check";

/** What a node says of itself; `workloads/supervisor/examine.py`. */
export interface Examined {
  readonly python: string;
  readonly rsync: string | null;
  readonly disk_bytes: number;
  readonly disk_free_bytes: number;
  readonly work_dir: string;
  readonly not_writable: string | null;
  readonly clock_ahead_s: number;
  readonly prepared: boolean;
  /** Digests of the code that lies there. */
  readonly code: readonly string[];
  readonly instances: readonly {
    readonly id: string;
    readonly state: string;
    readonly restarts: number;
    readonly exit: {
      readonly code: number | null;
      readonly signal: string | null;
      readonly reason: string;
    } | null;
  }[];
  readonly listening: readonly number[];
}

/** What the stack wants of a node. */
export interface Wanted {
  readonly stack: string;
  /** Port by instance that the state has there. */
  readonly ports: Readonly<Record<string, number>>;
  /** Digest of the code that belongs there; undefined: there is none, or nothing is deployed there. */
  readonly code: string | undefined;
}

const leastDisk = 0.05;
const clockToleranceSeconds = 30;
const connectSeconds = 20;

/** Everything that can be found wrong with a node over SSH, each thing once: what rests on something that failed is skipped. */
export async function doctorNode(node: SshNode, wanted: Wanted): Promise<DoctorCheck[]> {
  const { name } = node;
  const { ok, skipped, refused } = checksOf(name);
  const rest = ["reached", "key accepted", ...examinedChecks].map((check) =>
    skipped(check, "what comes before it failed"),
  );
  let access: SshAccess;
  try {
    access = sshAccess({ [name]: node.connection }).get(name)!;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const issues = error.message.split("\n").map((issue) => issue.replace(`node ${name}: `, ""));
    return [
      ...issues.map((issue) => refused(/host[_ ]key/.test(issue) ? "host key known" : "key here", issue)),
      ...rest,
    ];
  }
  const known = [
    ok("host key known", access.hostKey.split(" ")[0]!),
    ok(
      "key here",
      access.keyPath ? `${access.keyPath}, readable by its owner only` : "the SSH agent holds it",
    ),
  ];
  const reach = { node: name, stack: wanted.stack, access, gone: "" };
  const connected = await runOnNode(reach, "connect", "", connectSeconds);
  if (connected.status !== 0) return [...known, ...notConnected(name, connected.stderr)];
  const where = `${access.user}@${access.host}:${access.port}`;
  const reached = [ok("reached", where), ok("key accepted", where)];
  const said = await askNode<Examined>(reach, "examine", {
    work_dir: node.remoteWorkDir,
    stack: wanted.stack,
    owner: "",
    now: Date.now() / 1000,
    ports: Object.values(wanted.ports),
  });
  if ("problem" in said) {
    const [first, ...others] = examinedChecks;
    return [
      ...known,
      ...reached,
      refused(first!, said.problem),
      ...others.map((check) => skipped(check, "what comes before it failed")),
    ];
  }
  return [...known, ...reached, ...examinedNode(name, said.answer, wanted)];
}

const examinedChecks = ["python3", "rsync", "disk", "work directory", "code", "clock", "processes", "ports"];

function notConnected(name: string, stderr: string): DoctorCheck[] {
  const { ok, skipped, refused } = checksOf(name);
  const order = ["reached", "host key as pinned", "key accepted"];
  const at = stderr.includes("HostKeyMismatch") ? 1 : stderr.includes("LoginRefused") ? 2 : 0;
  return [
    ...order.slice(0, at).map((check) => ok(check, "it answers")),
    refused(order[at]!, stderr.replace(/; to go on without it: {2}.*/, "")),
    ...[...order.slice(at + 1), ...examinedChecks].map((check) =>
      skipped(check, "what comes before it failed"),
    ),
  ];
}

/** What a node's answer means. */
export function examinedNode(name: string, found: Examined, { stack, ports, code }: Wanted): DoctorCheck[] {
  const { ok, failed, skipped } = checksOf(name);
  const free = found.disk_free_bytes / found.disk_bytes;
  const disk = `${gb(found.disk_free_bytes)} of ${gb(found.disk_bytes)} GB free`;
  const ahead = found.clock_ahead_s;
  const off = `${Math.abs(Math.round(ahead))} s ${ahead > 0 ? "ahead of" : "behind"} this computer's`;
  const running = found.instances
    .filter(({ state }) => ["running", "starting"].includes(state))
    .map(({ id }) => id);
  const taken = Object.entries(ports).filter(
    ([id, port]) => !running.includes(id) && found.listening.includes(port),
  );
  return [
    ok("python3", found.python),
    found.rsync
      ? ok("rsync", found.rsync)
      : failed("rsync", "there is none", "type there  sudo apt-get install rsync"),
    free < leastDisk
      ? failed("disk", disk, `make room in ${found.work_dir} there; old logs lie in ${found.work_dir}/logs`)
      : ok("disk", disk),
    found.not_writable === null
      ? ok("work directory", found.work_dir)
      : failed(
          "work directory",
          `this login cannot write in ${found.not_writable}`,
          `change who owns it, or remote_work_dir of ${name} in the cluster file`,
        ),
    code === undefined
      ? skipped("code", "none belongs there")
      : found.code.includes(code)
        ? ok("code", `as here: ${code}`)
        : failed(
            "code",
            found.code.length === 0
              ? "there is none"
              : `it is not as here: ${found.code.join(", ")} instead of ${code}`,
            `copy it with  ./berth up ${stack}`,
          ),
    Math.abs(ahead) > clockToleranceSeconds
      ? failed("clock", `it is ${off}`, "set it there, best with  sudo timedatectl set-ntp true")
      : ok("clock", `it is ${off}`),
    ...processes(name, found, stack),
    ...(Object.keys(ports).length === 0 ? [skipped("ports", "none belongs to an instance there")] : []),
    ...(Object.keys(ports).length > 0 && taken.length === 0
      ? [
          ok(
            "ports",
            Object.values(ports)
              .sort((a, b) => a - b)
              .join(", "),
          ),
        ]
      : []),
    ...taken.map(([id, port]) =>
      failed(
        "ports",
        `${port}, which is ${id}'s, is taken by another program`,
        `see there  ss -ltnp sport = :${port}  and end it, or change peer_port_range of the cluster file`,
      ),
    ),
  ];
}

function processes(name: string, { instances }: Examined, stack: string): DoctorCheck[] {
  const { ok, failed, skipped } = checksOf(name);
  if (instances.length === 0) return [skipped("processes", "none belongs there")];
  const unwell = instances.flatMap(({ id, state, restarts, exit }) => {
    const how = exit ? `: ${endOf(exit)}` : "";
    if (exit?.reason === "memory-limit" || exit?.reason === "node-memory-floor")
      return [
        failed(
          "processes",
          `${id} is ${state}${how}`,
          `raise its ram_gb in the scenario, or lower what it takes; then  ./berth up ${stack}`,
        ),
      ];
    if (["dead", "failed", "evicted", "backoff", "fenced"].includes(state))
      return [
        failed(
          "processes",
          `${id} is ${state}${how}`,
          `read  ./berth logs ${stack} ${id}  and  ./berth drift ${stack}`,
        ),
      ];
    if (restarts > 0)
      return [
        failed(
          "processes",
          `${id} runs, and was started again ${restarts} times${how}`,
          `read  ./berth logs ${stack} ${id}`,
        ),
      ];
    return [];
  });
  return unwell.length > 0
    ? unwell
    : [ok("processes", instances.map(({ id, state }) => `${id} ${state}`).join(", "))];
}

function endOf({ code, signal, reason }: NonNullable<Examined["instances"][number]["exit"]>): string {
  if (reason === "memory-limit") return "it held more than its memory";
  if (reason === "node-memory-floor") return "the node had too little memory left";
  return signal ? `ended by ${signal}` : `ended with ${code}`;
}

/** What the stack's state and files want of a node. */
export function wantedOf(stack: string, node: string, scenario: Scenario, outputs: StackOutputs): Wanted {
  const here = Object.entries(outputs.instances ?? {}).filter(([, one]) => one.node === node);
  const { code } = scenario;
  return {
    stack,
    ports: Object.fromEntries(here.flatMap(([id, { port }]) => (port === undefined ? [] : [[id, port]]))),
    code: code && here.length > 0 ? codeTree(code.localPath, code.exclude).digest : undefined,
  };
}

const gb = (bytes: number) => (bytes / 1e9).toFixed(1);
