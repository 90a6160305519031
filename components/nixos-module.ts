import { createHash } from "node:crypto";
import type { RayCluster } from "../topology/ray-cluster";
import { headVariables } from "./head-variables";
import type { RaySpec } from "./ray-spec";

/** A member of a Ray cluster on the machine that the module is for. */
export interface NixosMember {
  readonly id: string;
  readonly cluster: RayCluster;
  readonly spec: RaySpec;
  /** What systemd holds it to. */
  readonly memoryBytes: number;
}

/**
 * A NixOS module with a service for each member of a stack's Ray clusters on one machine: the pinned Ray in an environment of its
 * own, each port said, none of them twice, the token from a file of root's. Text: nothing is built or started here.
 */
export function nixosModule(stack: string, node: string, members: readonly NixosMember[]): string {
  return `# The members of Ray clusters that stack ${stack} has on ${node}, by  ./berth nixos ${stack} ${node}
# Before the first start: the cluster's token, the same on every machine, in /etc/berth/${stack}-<cluster>.token, of root, mode 0600.
{ lib, pkgs, utils, ... }:
{
  # Ray's own programs are linked for other systems.
  programs.nix-ld.enable = true;

  networking.firewall.allowedTCPPortRanges = [
${members.map(({ spec }) => `    { from = ${spec.ports.gcs}; to = ${spec.ports.max_worker}; }`).join("\n")}
  ];
${members.map((member) => service(stack, member)).join("")}}
`;
}

function service(stack: string, { id, cluster, spec, memoryBytes }: NixosMember): string {
  const name = `berth-${stack}-${id}`;
  const state = `/var/lib/${name}`;
  // A socket's path may have 107 bytes, and Ray's own part of it has some 70.
  const runtime = `berth-${createHash("sha256").update(name).digest("hex").slice(0, 10)}`;
  const packages = [`ray[default]==${cluster.version}`, ...cluster.requirements];
  const from = cluster.wheels ? ["--no-index", "--find-links", cluster.wheels] : [];
  const variables = [...(spec.role === "head" ? headVariables : []), ...healthChecks[cluster.healthChecks]];
  return `
  systemd.services.${text(name)} = {
    description = ${text(`${spec.role} of Ray cluster ${cluster.name}`)};
    wantedBy = [ "multi-user.target" ];
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    environment = {
      HOME = ${text(state)};
      LD_LIBRARY_PATH = lib.makeLibraryPath [ pkgs.stdenv.cc.cc.lib pkgs.zlib ];
      RAY_AUTH_MODE = "token";
      RAY_AUTH_TOKEN_PATH = "%d/token";
      RAY_USAGE_STATS_ENABLED = "0";
      RAY_memory_usage_threshold = ${text(`${spec.memory_threshold}`)};
${variables.map(([key, value]) => `      ${key} = ${text(value)};\n`).join("")}    };
    # Ray lets nobody join whose Python differs, be it in the last number: the same nixpkgs on every machine.
    preStart = ''
      venv=${state}/venv-${spec.environment}
      if [ ! -e "$venv/complete" ]; then
        rm -rf ${state}/venv-*
        \${pkgs.uv}/bin/uv venv --python \${${pythonOf(cluster)}}/bin/python3 "$venv"
        \${pkgs.uv}/bin/uv pip install --python "$venv/bin/python" ${[...from, ...packages].map(quoted).join(" ")}
        touch "$venv/complete"
      fi
    '';
    serviceConfig = {
      ExecStart = utils.escapeSystemdExecArgs [
${commandOf(spec, `${state}/venv-${spec.environment}`, `/run/${runtime}`)
  .map((word) => `        ${text(word)}\n`)
  .join("")}      ];
      DynamicUser = true;
      StateDirectory = ${text(name)};
      StateDirectoryMode = "0700";
      RuntimeDirectory = ${text(runtime)};
      RuntimeDirectoryMode = "0700";
      LoadCredential = ${text(`token:/etc/berth/${stack}-${cluster.name}.token`)};
      MemoryMax = ${memoryBytes};
      MemorySwapMax = 0;
      Restart = "on-failure";
      RestartSec = 5;
      TimeoutStartSec = "15min";
      TimeoutStopSec = 30;
    };
  };
`;
}

// As workloads/supervisor/ray_member.py has them.
const healthChecks: Record<RayCluster["healthChecks"], readonly [string, string][]> = {
  default: [],
  fast: [
    ["RAY_health_check_initial_delay_ms", "1000"],
    ["RAY_health_check_period_ms", "500"],
    ["RAY_health_check_timeout_ms", "500"],
    ["RAY_health_check_failure_threshold", "3"],
  ],
};

function commandOf(spec: RaySpec, venv: string, temporary: string): string[] {
  const { ports, head } = spec;
  const role =
    spec.role === "head"
      ? [
          "--head",
          `--port=${ports.gcs}`,
          `--ray-client-server-port=${ports.client_server}`,
          "--include-dashboard=true",
          "--dashboard-host=127.0.0.1",
          `--dashboard-port=${ports.dashboard}`,
        ]
      : [`--address=${head.host}:${head.port}`];
  return [
    `${venv}/bin/python`,
    `${venv}/bin/ray`,
    "start",
    "--block",
    "--disable-usage-stats",
    ...role,
    `--node-ip-address=${spec.host}`,
    `--temp-dir=${temporary}/ray`,
    `--num-cpus=${spec.num_cpus}`,
    `--num-gpus=${spec.num_gpus}`,
    `--memory=${spec.memory_bytes}`,
    `--object-store-memory=${spec.object_store_bytes}`,
    `--node-manager-port=${ports.node_manager}`,
    `--object-manager-port=${ports.object_manager}`,
    `--metrics-export-port=${ports.metrics_export}`,
    `--dashboard-agent-listen-port=${ports.dashboard_agent_listen}`,
    `--dashboard-agent-grpc-port=${ports.dashboard_agent_grpc}`,
    `--runtime-env-agent-port=${ports.runtime_env_agent}`,
    `--min-worker-port=${ports.min_worker}`,
    `--max-worker-port=${ports.max_worker}`,
  ];
}

/** nixpkgs has one of each minor version. */
function pythonOf({ python }: RayCluster): string {
  return python ? `pkgs.python${python.split(".").slice(0, 2).join("")}` : "pkgs.python3";
}

/** A string of Nix. */
function text(value: string): string {
  return `"${value.replace(/[\\"]/g, "\\$&").replaceAll("${", "\\${")}"`;
}

/** A word of the shell within an indented string of Nix. */
function quoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`.replaceAll("''", "'''").replaceAll("${", "''${");
}
