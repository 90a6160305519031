"""Nodes of a Ray cluster on loopback, for tests: real Ray, real verbs, disjoint ports.

Not proved here: several machines, GPUs, a network between the members.
"""

from __future__ import annotations

import os
import secrets
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from supervised_node import SUPERVISOR, Node, everything, running

sys.path.insert(0, str(SUPERVISOR))
from layout import Layout
from ray_member import RayPorts
from ray_place import RayPlace, temporary

RAY = "2.60.0"
HEAD, WORKER = "mind-head", "mind-cpu-0"
TOKEN = secrets.token_hex(32)
FIRST_PORT = 17408
"""Below what the kernel gives to connections, and outside of every range that a cluster file names."""


class RayNode:
    """One node, with what a coordinator asks of it for the cluster `mind`."""

    def __init__(self, node: Node, address: str, block: int) -> None:
        self.node, self.address = node, address
        first = FIRST_PORT + 64 * block
        names = list(RayPorts.__annotations__)
        self.ports = {name: first + offset for offset, name in enumerate(names)}
        self.ports["max_worker"] = first + 63

    @property
    def layout(self) -> Layout:
        return Layout(Path(os.path.realpath(self.node.work_dir)), self.node.stack)

    @property
    def place(self) -> RayPlace:
        return RayPlace(self.layout, "mind")

    def temporary(self, id: str) -> Path:
        return temporary(self.layout, id)

    def environment(self, **ray: Any) -> dict[str, Any]:
        asked = {"cluster": "mind", "version": RAY, "requirements": [], "token": TOKEN, "redis": False, **ray}
        return self.node("ray-environment", deadline_s=600, ray=asked)

    def start(self, id: str, head: RayNode, **ray: Any) -> dict[str, Any]:
        member = {
            "cluster": "mind",
            "role": "head" if self is head else "worker",
            "host": self.address,
            "head": {"host": head.address, "port": head.ports["gcs"]},
            "ports": self.ports,
            "num_cpus": 1,
            "num_gpus": 0,
            "memory_bytes": 500 * 10**6,
            "object_store_bytes": 100 * 10**6,
            "health_checks": "default",
            "memory_threshold": 0.95,
            "redis": False,
            **ray,
        }
        request = self.node.start_request(id, ray=member, memory_bytes=3 * 10**9, stop_grace_s=10)
        request["instance"]["command"] = None
        request["instance"]["restart"].update(attempts=10, backoff_s=1)
        request["node"] = {"memory_limit_bytes": 10**11, "gpu_memory_limit_bytes": 0, "max_instances": 4}
        return self.node("start", **request)

    def joined(self, id: str, wait_s: float = 180) -> dict[str, Any]:
        asked = {"cluster": "mind", "member": id, "role": "worker", "wait_s": wait_s}
        return self.node("ray-joined", deadline_s=200, ray=asked)

    def job_request(self, id: str, script: str, timeout_s: float = 180, **job: Any) -> dict[str, Any]:
        command = ["python", "-c", script]
        asked = {"id": id, "cluster": "mind", "command": command, "env": {}, "timeout_s": timeout_s, **job}
        return {"deadline_s": 400, "job": {"attempts": 2, **asked}}

    def job(self, id: str, script: str, **job: Any) -> dict[str, Any]:
        return self.node("ray-job", **self.job_request(id, script, **job))

    def command(self, pid: int) -> str:
        """What a process was started as, without its arguments."""
        return _command(pid).partition("\0")[0]

    def raylet(self, id: str) -> int:
        """The pid of a member's raylet."""
        return next(
            pid for pid in self.node.processes(id) if _command(pid).partition("\0")[0].endswith("/raylet")
        )


class RayCluster:
    """Three nodes: a head's, a worker's, and one that belongs to another cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        tools = folder / "bin"
        tools.mkdir()
        (tools / "rsync").write_text("#!/bin/sh\n")
        (tools / "rsync").chmod(0o755)
        nodes = [Node(folder / name) for name in ("one", "two", "three")]
        for node in nodes:
            node.environment["PATH"] = f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}"
            node.environment["TEST_MARK"] = str(folder)
            node.preflight()
        self.head, self.worker, self.stranger = (
            RayNode(node, f"127.0.0.{2 + number}", number) for number, node in enumerate(nodes)
        )

    @property
    def nodes(self) -> list[Node]:
        return [one.node for one in (self.head, self.worker, self.stranger)]

    def end(self) -> None:
        """A purge must leave no process of it."""
        try:
            for node in self.nodes:
                node.purge()
        finally:
            left = [pid for pid in everything(self.folder) if running(pid)]
            for pid in left:
                os.kill(pid, signal.SIGKILL)
        assert left == []


def command_lines(nodes: Iterable[Node]) -> list[str]:
    return [_command(pid).replace("\0", " ") for node in nodes for pid in node.processes()]


def listening(ports: dict[str, int]) -> list[int]:
    """Ports of a member's block that somebody listens on."""
    block = range(min(ports.values()), max(ports.values()) + 1)
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state == "0A":
                found.add(int(local.rpartition(":")[2], 16))
    return sorted(found.intersection(block))


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
