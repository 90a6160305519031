"""Where the things of a Ray cluster lie on one of its nodes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from layout import Layout

SESSIONS = "ray"
"""Ray's `--temp-dir` in a member's temporary folder. Ray opens it to everybody, so the folder is closed."""


@dataclass(frozen=True)
class RayPlace:
    """The folder of one cluster; it goes with the cluster."""

    layout: Layout
    cluster: str

    @property
    def home(self) -> Path:
        return self.layout.stack_dir / "ray" / self.cluster

    @property
    def venv(self) -> Path:
        """A link to the environment in use; there is none before one was complete."""
        return self.home / "venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def token_file(self) -> Path:
        """What every request within the cluster carries. Readable by its owner only, in no command line."""
        return self.home / "token"

    @property
    def redis(self) -> Path:
        """The head's records, and the key without which nobody reads them."""
        return self.home / "redis"

    @property
    def records(self) -> str:
        """What the names of the head's records begin with, after Ray's own `RAY`."""
        return f"{self.layout.stack}.{self.cluster}"

    def job_file(self, job: str) -> Path:
        """How far a job has come."""
        return self.home / "jobs" / f"{job}.json"


def temporary(layout: Layout, instance: str) -> Path:
    """Ray's folder of a member: outside of the stack's, as its sockets' paths may have 107 bytes only."""
    return Path("/tmp", "berth-" + hashlib.sha256(layout.tag(instance).encode()).hexdigest()[:10])
