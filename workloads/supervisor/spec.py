"""What an instance is to be: the part of a start request that a supervisor works from."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Mapping

from checkpointing import Checkpoint, checkpoint_of
from errors import BadRequest
from layout import Layout, checked_name
from ray_member import RayMember, ray_of
from records import checked, without_nulls


@dataclass(frozen=True)
class Restart:
    """What follows a crash: a restart, `attempts` times within any `interval_s` seconds, then it has failed.

    The pause doubles with every restart that still counts.
    """

    policy: str
    attempts: int
    interval_s: float
    backoff_s: float
    max_backoff_s: float = 60.0


@dataclass(frozen=True)
class Spec:
    """One instance. Everything here is given to the process or to its supervisor; a change restarts it."""

    id: str
    memory_bytes: int
    """The most it may hold, and what it takes from the node."""
    restart: Restart
    network: str
    command: list[str] | None = None
    """None for a member of a Ray cluster, whose command follows from `ray`."""
    ray: RayMember | None = None
    checkpoint: Checkpoint | None = None
    """What it is asked for before it is ended; None = nothing."""
    gpu_memory_bytes: int = 0
    """Of all its devices together."""
    cpu_cores: float = 0
    """Kept for it; nothing holds it back from using more."""
    gpus: float = 0
    """Whole devices, or a share of one. 0: it shares one as far as memory goes."""
    devices: list[int] = field(default_factory=list)
    """The GPUs it sees, by index; empty = all there are."""
    slots: int = 1
    """What it takes of `max_instances`."""
    env: dict[str, str] = field(default_factory=dict)
    config: str | None = None
    """Path of its configuration, below its directory."""
    code: str | None = None
    """Digest of its code; None = it runs in the work directory."""
    host: str | None = None
    port: int | None = None
    settle_s: float = 0.5
    """A first run that fails sooner is a failed start: it is not tried again."""
    stop_grace_s: float = 10.0
    log_max_bytes: int = 10 * 1024 * 1024
    log_keep: int = 3

    @property
    def held_port(self) -> int | None:
        """The port it may listen on; an isolated one does not know any."""
        return self.port if self.network == "peers" else None

    @property
    def ending_s(self) -> float:
        """How long it may take to end when it is told to."""
        return self.stop_grace_s + (self.checkpoint.timeout_s if self.checkpoint else 0)

    def directory(self, layout: Layout) -> Path:
        """Where it runs."""
        return layout.code / self.code if self.code else layout.work_dir

    def program(self, layout: Layout) -> list[str]:
        """What is executed."""
        if self.command is not None:
            return self.command
        # By the link: a restart takes the program that is installed then, as older ones are removed.
        file = str(layout.program / "ray_run.py")
        return [sys.executable, "-sE", file, str(layout.work_dir), layout.stack, self.id]

    def environment(self, layout: Layout, inherited: Mapping[str, str]) -> dict[str, str]:
        """All its variables: the login's without those of its SSH session, its own, then Berth's."""
        variables = {
            name: value for name, value in inherited.items() if not name.startswith(("SSH_", "BERTH_"))
        }
        variables.update(self.env)
        variables.update(
            BERTH_STACK=layout.stack,
            BERTH_INSTANCE=self.id,
            BERTH_LOG_DIR=str(layout.logs),
            BERTH_DB=str(layout.database),
            BERTH_TAG=layout.tag(self.id),
            BERTH_MEMORY_BYTES=str(self.memory_bytes),
            PWD=str(self.directory(layout)),
        )
        if self.devices:
            seen = ",".join(str(device) for device in self.devices)
            # By place on the bus, as every tool counts them: CUDA's own order begins with the fastest.
            variables.update(
                CUDA_DEVICE_ORDER="PCI_BUS_ID", CUDA_VISIBLE_DEVICES=seen, NVIDIA_VISIBLE_DEVICES=seen
            )
        if self.checkpoint:
            variables["BERTH_CHECKPOINT_DIR"] = str(layout.checkpoint_dir(self.id))
        if self.config:
            variables["BERTH_CONFIG"] = os.path.join(self.directory(layout), self.config)
        if self.network == "peers":
            variables.update(
                BERTH_HOST=self.host or "",
                BERTH_PORT=str(self.port or ""),
                BERTH_PEERS=str(layout.peers_file),
            )
        return variables


@dataclass(frozen=True)
class Limits:
    """What the node gives to all instances of all stacks together."""

    memory_limit_bytes: int
    gpu_memory_limit_bytes: int
    max_instances: int
    memory_floor: float = 0.0
    """Share of the machine's RAM below which instances give way."""
    cpu_cores: float | None = None
    """None = nobody counts them."""
    gpus: int = 1
    """Among these the GPU memory is divided evenly."""


@dataclass(frozen=True)
class Holding:
    """What the plan gives to an instance."""

    memory_bytes: int
    gpu_memory_bytes: int = 0
    cpu_cores: float = 0
    gpus: float = 0
    devices: list[int] = field(default_factory=list)
    slots: int = 1
    port: int | None = None

    def covers(self, spec: Spec) -> bool:
        """Whether `spec` holds just that. A port is held only by who knows it."""
        return _amounts(self) == _amounts(spec) and spec.held_port in (None, self.port)


def _amounts(one: Holding | Spec) -> tuple[object, ...]:
    return one.memory_bytes, one.gpu_memory_bytes, one.cpu_cores, one.gpus, one.devices, one.slots


def digest(instance: dict[str, Any]) -> str:
    """Changes when the process must be started anew. Of what was asked: so new defaults restart nobody."""
    hidden = () if instance.get("network") == "peers" else ("host", "port")
    asked = {key: value for key, value in instance.items() if value is not None and key not in hidden}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def spec_of(instance: Any) -> Spec:
    """The instance of a start request, checked. Raises BadRequest."""
    given = without_nulls(instance, "instance")
    restart = checked(Restart, given.get("restart"), "restart")
    ray = ray_of(given.get("ray"))
    asked = checkpoint_of(given.get("checkpoint"))
    nested = {key: one for key, one in (("ray", ray), ("checkpoint", asked)) if one}
    spec = checked(Spec, given, "instance", restart=restart, **nested)
    checked_name(spec.id, "instance.id")
    if spec.code is not None:
        checked_name(spec.code, "instance.code")
    if (spec.command is None) == (spec.ray is None):
        raise BadRequest("instance must have either a command or ray")
    if spec.memory_bytes == 0:
        raise BadRequest("instance.memory_bytes must be more than 0")
    return spec


def limits_of(node: Any) -> Limits:
    """The limits in a start request, checked. Raises BadRequest."""
    return checked(Limits, node, "node")


def holding_of(holding: Any, where: str) -> Holding:
    """One entry of what the plan gives, checked. Raises BadRequest."""
    return checked(Holding, holding, where)


def to_json(spec: Spec | Limits) -> dict[str, Any]:
    """As `spec_of` and `limits_of` read it."""
    return asdict(spec)
