"""Where things lie on a node.

Berth owns `<work_dir>/.berth/<stack>/`; logs lie beside it in `<work_dir>/logs/<stack>/`, results in
`<work_dir>/logs/experiments.db`, which all stacks share.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from errors import BadRequest

DATABASE = "experiments.db"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\Z")


def checked_name(value: Any, what: str) -> str:
    """`value`, when it is safe as a file name and in a message."""
    if not isinstance(value, str) or not NAME.match(value):
        raise BadRequest(f"{what} must be a name of letters, digits, '.', '_' and '-', got {value!r}")
    return value


def instance_of(request: dict[str, Any]) -> str:
    """The id of the instance a request speaks about."""
    instance = request.get("instance")
    return checked_name(instance.get("id") if isinstance(instance, dict) else None, "instance.id")


@dataclass(frozen=True)
class Layout:
    """The paths of one stack on this node."""

    work_dir: Path
    stack: str

    @staticmethod
    def of(request: dict[str, Any]) -> Layout:
        """The layout a request speaks about. Links in the path are resolved, as /proc shows them resolved."""
        written = request.get("work_dir")
        work_dir = os.path.expanduser(written) if isinstance(written, str) else ""
        if not os.path.isabs(work_dir):
            raise BadRequest(f"work_dir must be absolute or start with ~/, got {written!r}")
        stack = checked_name(request.get("stack"), "stack")
        if stack == DATABASE:
            raise BadRequest(f"stack must not be {DATABASE}, the name of the results")
        return Layout(Path(os.path.realpath(work_dir)), stack)

    @property
    def berth(self) -> Path:
        return self.work_dir / ".berth"

    @property
    def node_file(self) -> Path:
        """What concerns all stacks of the node. No stack's name starts with a dot."""
        return self.berth / ".node.json"

    @property
    def floor_file(self) -> Path:
        """When an instance of this node last gave way for want of memory; locked by who decides to."""
        return self.berth / ".floor"

    @property
    def stack_dir(self) -> Path:
        return self.berth / self.stack

    @property
    def owner_file(self) -> Path:
        return self.stack_dir / "owner.json"

    @property
    def lease_file(self) -> Path:
        """Until when the stack's instances may run here, while somebody watches them."""
        return self.stack_dir / "lease.json"

    @property
    def program(self) -> Path:
        """A link to the installed version of these files."""
        return self.stack_dir / "supervisor"

    @property
    def code(self) -> Path:
        return self.stack_dir / "code"

    @property
    def peers_file(self) -> Path:
        return self.stack_dir / "peers.json"

    @property
    def instances(self) -> Path:
        return self.stack_dir / "instances"

    @property
    def all_logs(self) -> Path:
        """What all stacks leave for people."""
        return self.work_dir / "logs"

    @property
    def logs(self) -> Path:
        """What this stack leaves for people, and nobody else: a purge removes it as a whole."""
        return self.all_logs / self.stack

    @property
    def run_file(self) -> Path:
        """Which run it is that left that, once somebody has fetched it; a purge removes it with the rest."""
        return self.logs / ".fetched"

    @property
    def database(self) -> Path:
        """Rows of all stacks."""
        return self.all_logs / DATABASE

    def instance_dir(self, instance: str) -> Path:
        return self.instances / instance

    @property
    def checkpoints(self) -> Path:
        return self.stack_dir / "checkpoints"

    def checkpoint_dir(self, instance: str) -> Path:
        """What the instance goes on from; it outlives a stop, and goes along when the instance moves."""
        return self.checkpoints / instance

    def checkpoint_arrival(self, instance: str) -> Path:
        """Where one is copied to that comes from another node."""
        return self.checkpoints / f".{instance}.new"

    def checkpoint_file(self, instance: str) -> Path:
        """How its last checkpoint came about. No instance's name starts with a dot."""
        return self.checkpoints / f".{instance}.json"

    def spec_file(self, instance: str) -> Path:
        """What it is to be, and the digest of that."""
        return self.instance_dir(instance) / "spec.json"

    def state_file(self, instance: str) -> Path:
        """How it is; its supervisor writes it."""
        return self.instance_dir(instance) / "state.json"

    def members_file(self, instance: str) -> Path:
        """Its processes as its supervisor saw them last."""
        return self.instance_dir(instance) / "members.json"

    def launch_file(self, instance: str) -> Path:
        """What its supervisor is given besides; it takes it away."""
        return self.instance_dir(instance) / "launch.json"

    def ready_pipe(self, instance: str) -> Path:
        """Through it the supervisor says how the instance began."""
        return self.instance_dir(instance) / "ready"

    def unit(self, instance: str) -> str:
        """The name of what holds an instance, a unit of systemd or a memory cgroup; no other folder's has it.

        Names are of letters that mean nothing to systemd, and no file of a cgroup begins like this.
        """
        folder = hashlib.sha256(str(self.stack_dir).encode()).hexdigest()[:10]
        return f"berth-{folder}-{self.stack}-{instance}"

    def log_file(self, instance: str) -> Path:
        return self.logs / f"{instance}.log"

    def tag(self, instance: str) -> str:
        """The mark in the environment of an instance's processes, by which they are found."""
        return str(self.stack_dir / instance)
