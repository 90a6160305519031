"""Ray nodes on this computer, each a raylet of its own, with ports and files that nobody else uses."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

FAST_HEALTH_CHECKS = {
    "health_check_initial_delay_ms": 1000,
    "health_check_period_ms": 500,
    "health_check_timeout_ms": 500,
    "health_check_failure_threshold": 3,
}


class RayNodes:
    """A head without CPUs, and workers with so many each."""

    def __init__(self, workers: int, cpus: int = 1, system_config: dict[str, int] | None = None) -> None:
        # Ray's sockets lie below it, and their paths may have no more than 107 bytes.
        self.folder = tempfile.mkdtemp(prefix="arena-", dir="/tmp")
        # RAY_TMPDIR is also where Ray notes which cluster is the latest: nobody else must find this one.
        os.environ.update(RAY_TMPDIR=self.folder, RAY_raylet_start_wait_time_s="120")
        from ray.cluster_utils import Cluster

        self._cpus = cpus
        self.workers: list[Any] = []
        self._cluster = Cluster()
        try:
            config = system_config or {}
            self._cluster.add_node(wait=False, num_cpus=0, include_dashboard=False, _system_config=config)
            self.have(workers)
        except BaseException:
            self._end()
            raise

    def add(self) -> Any:
        """One worker more, which is there when this returns."""
        return self._cluster.add_node(wait=False, num_cpus=self._cpus)

    def have(self, workers: int) -> None:
        """Add what is missing."""
        while len(self.workers) < workers:
            self.workers.append(self.add())

    @property
    def environment(self) -> dict[str, str]:
        """In which a program finds this cluster."""
        return {**os.environ, "RAY_ADDRESS": self._cluster.address}

    def kill_raylet(self, worker: Any) -> None:
        """What happens when the kernel runs out of memory: its actors live on until somebody notices."""
        os.kill(_raylet(worker), signal.SIGKILL)

    def kill_node(self, worker: Any) -> None:
        """All processes of a node at once."""
        for process in _tree(_raylet(worker)):
            os.kill(process, signal.SIGKILL)

    def freeze_node(self, worker: Any) -> None:
        """As if its cable were cut: its connections stay, and nothing comes."""
        for process in _tree(_raylet(worker)):
            os.kill(process, signal.SIGSTOP)

    def __enter__(self) -> RayNodes:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        self._cluster.shutdown()  # type: ignore[no-untyped-call]
        left = _whose_environment_has(self.folder)
        deadline = time.monotonic() + 10
        while left and time.monotonic() < deadline:
            time.sleep(0.1)
            left = _whose_environment_has(self.folder)
        for process in left:
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder)
        del os.environ["RAY_TMPDIR"]


def _raylet(worker: Any) -> int:
    return int(worker.all_processes["raylet"][0].process.pid)


def _tree(root: int) -> list[int]:
    processes = [root]
    for parent in processes:
        processes += _children(parent)
    return processes


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(status.parent.name))
        except (OSError, ValueError):  # it has just ended
            continue
    return found


def _whose_environment_has(text: str) -> list[int]:
    """Processes of this cluster, besides this one."""
    found = []
    for variables in Path("/proc").glob("[0-9]*/environ"):
        try:
            if text in variables.read_text(errors="replace") and int(variables.parent.name) != os.getpid():
                found.append(int(variables.parent.name))
        except OSError:
            continue
    return found
