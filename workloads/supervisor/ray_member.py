"""A member of a Ray cluster: what a start request says of it, and the command and variables that follow.

Everything is said explicitly: what Ray would choose by itself (free ports, 30 % of the memory for objects,
/tmp/ray) is chosen as if nothing else ran on the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from errors import BadRequest
from layout import Layout, checked_name
from ray_place import SESSIONS, RayPlace, temporary
from records import checked, without_nulls

HEALTH_CHECKS: dict[str, dict[str, str]] = {
    "default": {},
    # Measured with Ray 2.60: a killed raylet counts as dead after 1.2 s instead of 13.2 s.
    "fast": {
        "RAY_health_check_initial_delay_ms": "1000",
        "RAY_health_check_period_ms": "500",
        "RAY_health_check_timeout_ms": "500",
        "RAY_health_check_failure_threshold": "3",
    },
}


@dataclass(frozen=True)
class RayHead:
    """Where a cluster's head is reached."""

    host: str
    port: int


@dataclass(frozen=True)
class RayPorts:
    """The ports of one member, by the words of Ray's options."""

    gcs: int
    client_server: int
    dashboard: int
    node_manager: int
    object_manager: int
    metrics_export: int
    dashboard_agent_listen: int
    dashboard_agent_grpc: int
    runtime_env_agent: int
    redis: int
    min_worker: int
    max_worker: int


@dataclass(frozen=True)
class RayMember:
    """The `ray` of an instance. A change restarts the member."""

    cluster: str
    role: str
    host: str
    """Where the other members reach it."""
    head: RayHead
    ports: RayPorts
    num_cpus: float
    num_gpus: float
    memory_bytes: int
    """For tasks and actors; what the member may hold in all is the instance's."""
    object_store_bytes: int
    health_checks: str
    memory_threshold: float
    """Share of the machine's memory, whoever holds it, from which on Ray ends tasks."""
    redis: bool = False
    """Whether the head's records survive it."""
    environment: str | None = None
    """Anything that changes with the cluster's environment, so that its members are started anew."""

    @property
    def is_head(self) -> bool:
        return self.role == "head"


def ray_of(value: Any) -> RayMember | None:
    """The `ray` of an instance, checked; None when it is no member of a cluster. Raises BadRequest."""
    if value is None:
        return None
    given = without_nulls(value, "ray")
    head = checked(RayHead, given.get("head"), "ray.head")
    ports = checked(RayPorts, given.get("ports"), "ray.ports")
    member = checked(RayMember, given, "ray", head=head, ports=ports)
    checked_name(member.cluster, "ray.cluster")
    if member.role not in ("head", "worker"):
        raise BadRequest("ray.role must be head or worker")
    if member.health_checks not in HEALTH_CHECKS:
        raise BadRequest(f"ray.health_checks must be one of {', '.join(HEALTH_CHECKS)}")
    return member


def ray_command(layout: Layout, instance: str, member: RayMember, host: str, head_host: str) -> list[str]:
    """The command line. `host`, `head_host`: numeric addresses, as Ray's own names of a node are."""
    place, ports = RayPlace(layout, member.cluster), member.ports
    role = (
        {
            "port": ports.gcs,
            "ray-client-server-port": ports.client_server,
            "include-dashboard": "true",
            # Whoever reaches the dashboard may run code: it is for this node, and for tunnels to it.
            "dashboard-host": "127.0.0.1",
            "dashboard-port": ports.dashboard,
        }
        if member.is_head
        else {"address": f"{head_host}:{member.head.port}"}
    )
    options = {
        **role,
        "node-ip-address": host,
        "node-name": instance,
        "temp-dir": temporary(layout, instance) / SESSIONS,
        "num-cpus": f"{member.num_cpus:g}",
        "num-gpus": f"{member.num_gpus:g}",
        "memory": member.memory_bytes,
        "object-store-memory": member.object_store_bytes,
        "node-manager-port": ports.node_manager,
        "object-manager-port": ports.object_manager,
        "metrics-export-port": ports.metrics_export,
        "dashboard-agent-listen-port": ports.dashboard_agent_listen,
        "dashboard-agent-grpc-port": ports.dashboard_agent_grpc,
        "runtime-env-agent-port": ports.runtime_env_agent,
        "min-worker-port": ports.min_worker,
        "max-worker-port": ports.max_worker,
        "log-color": "false",
    }
    # The environment's script by its Python: a first line with a long path would not be executed.
    program = [
        str(place.python),
        str(place.venv / "bin" / "ray"),
        "start",
        "--block",
        "--disable-usage-stats",
    ]
    return [
        *program,
        *(["--head"] if member.is_head else []),
        *(f"--{name}={value}" for name, value in options.items()),
    ]


def ray_variables(layout: Layout, member: RayMember, inherited: dict[str, str]) -> dict[str, str]:
    """All variables of a member: what the login has said about Ray or another Python counts for nothing."""
    place = RayPlace(layout, member.cluster)
    kept = {
        name: value
        for name, value in inherited.items()
        if not name.startswith("RAY_") and name not in ("PYTHONHOME", "PYTHONPATH")
    }
    variables = {
        **kept,
        **HEALTH_CHECKS[member.health_checks],
        "PATH": f"{place.venv / 'bin'}:{kept.get('PATH', '/usr/bin:/bin')}",
        "VIRTUAL_ENV": str(place.venv),
        "PYTHONUNBUFFERED": "1",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN_PATH": str(place.token_file),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_memory_usage_threshold": f"{member.memory_threshold:g}",
        # A member waits for its head before it starts: what fails then is not going to mend itself.
        "RAY_NUM_REDIS_GET_RETRIES": "3",
        # Who ends a member has decided so, and gives it a grace that is shorter than Ray's own 30 s.
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "0",
    }
    if member.is_head:
        # As components/head-variables.ts has them. A client gets a process of its own: with a cold disk not
        # within Ray's 30 s.
        variables["RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S"] = "120"
        # It is forked beside threads of gRPC, whose handlers of a fork may end it with a signal, unnoticed
        # for those two minutes: of 1813 such forks on a busy head 631 did.
        variables["GRPC_ENABLE_FORK_SUPPORT"] = "0"
    if member.redis:
        variables["RAY_gcs_rpc_server_reconnect_timeout_s"] = "600"
    if member.redis and member.is_head:
        certificate = str(place.redis / "redis.crt")
        variables.update(
            RAY_REDIS_ADDRESS=f"rediss://127.0.0.1:{member.ports.redis}",
            RAY_REDIS_CA_CERT=certificate,
            RAY_REDIS_CLIENT_CERT=certificate,
            RAY_REDIS_CLIENT_KEY=str(place.redis / "redis.key"),
            RAY_external_storage_namespace=place.records,
        )
    return variables
