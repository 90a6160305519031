"""An outcome on the disk, whole or not at all."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from outcome import Outcome


class CheckpointError(Exception):
    """A checkpoint that cannot be gone on from; its text is one line for the person who runs the program."""


@dataclass(frozen=True)
class Identity:
    """What must be the same for a run to go on from a checkpoint."""

    seed: int
    horizon: int
    capacity: int
    model: str
    """Digest of its file."""
    inputs: str
    """The file they come from, or "generated"."""


class Checkpoint:
    """Of one run, in a folder of its own; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None, identity: Identity) -> None:
        self._path = folder / "cognition.json" if folder else None
        self._identity = asdict(identity)

    def read(self) -> Outcome | None:
        """What was kept last; throws CheckpointError when it is another run's."""
        if self._path is None or not self._path.exists():
            return None
        try:
            value = json.loads(self._path.read_text(encoding="utf-8"))
            identity, outcome = value["identity"], value["outcome"]
            for key in ("actions", "policies"):
                outcome[key] = Counter(outcome[key])
            kept = Outcome(**outcome)
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{self._path}: no checkpoint of this program; remove the file") from error
        differing = [key for key in self._identity if identity.get(key) != self._identity[key]]
        if differing:
            was, now = (
                ", ".join(f"{key} {of.get(key)}" for key in differing) for of in (identity, self._identity)
            )
            raise CheckpointError(
                f"{self._path}: of a run with {was}, not {now}; remove the file to start anew"
            )
        return kept

    def keep(self, outcome: Outcome) -> None:
        """Once this returns, it outlives a power cut."""
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_durably(self._path, {"identity": self._identity, "outcome": vars(outcome)})


def write_durably(path: Path, value: dict[str, Any]) -> None:
    """Replaces `path` by JSON: whoever reads it sees the old or the new."""
    new = path.with_name(path.name + ".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
