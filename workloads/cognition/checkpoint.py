"""An outcome on the disk, whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from outcome import Outcome

RULES = 1
"""Number of the rules of the program: other weights, effects and formulas make another run."""


class CheckpointError(Exception):
    """A file that is no checkpoint, or cannot be one; its text is one line for whoever runs the program."""


@dataclass(frozen=True)
class Identity:
    """What must be the same for a run to go on from a checkpoint: who changes it starts a run of its own."""

    seed: int
    horizon: int
    capacity: int
    model: str
    """Digest of its file."""
    inputs: str | None
    """The file they come from; None = generated."""
    rules: int = RULES


class Checkpoint:
    """Of one run, in a file of its own; without a folder it keeps nothing."""

    def __init__(self, folder: Path | None, identity: Identity) -> None:
        told = json.dumps(asdict(identity)).encode()
        self._path = folder / f"cognition-{hashlib.sha256(told).hexdigest()[:12]}.json" if folder else None

    def read(self) -> Outcome | None:
        """What was kept last; throws CheckpointError."""
        if self._path is None:
            return None
        try:
            if not self._path.exists():
                return None
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            for key in ("actions", "policies"):
                kept[key] = Counter(kept[key])
            return Outcome(**kept)
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{self._path}: no checkpoint of this program; remove the file") from error
        except OSError as error:
            raise CheckpointError(f"{self._path}: cannot be read: {error.strerror}") from error

    def keep(self, outcome: Outcome) -> None:
        """Once this returns, it outlives a power cut; throws CheckpointError."""
        if self._path is None:
            return
        folder = self._path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_durably(self._path, vars(outcome))
        except OSError as error:
            raise CheckpointError(f"{folder}: cannot keep a checkpoint there: {error.strerror}") from error


def write_durably(path: Path, value: dict[str, Any]) -> None:
    """Replaces `path` by JSON: whoever reads it sees the old or the new."""
    new = path.with_name(path.name + ".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name, too
    finally:
        os.close(folder)
