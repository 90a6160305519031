"""Checkpoints on disk: whatever happens while one is written, the one before it is still there."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

from state import State
from world import World

KEPT = 2
SUM_BYTES = 32
Say = Callable[..., Any]


class Checkpoints:
    """Those of one world. Several runs may share a folder: the names of their files tell worlds apart."""

    def __init__(self, folder: Path | None, world: World, say: Say) -> None:
        """Without a folder nothing is kept and nothing found."""
        self._folder, self._say, self._prefix = folder, say, world.name
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def newest(self, at_most: int) -> State | None:
        """The newest intact one of no more than so many steps. A damaged one is told, and removed."""
        for path in self._paths(at_most):
            try:
                return State.from_bytes(_read(path))
            except ValueError as error:
                self._say("checkpoint-damaged", file=str(path), reason=str(error), removed=True)
                path.unlink()
        return None

    def keep(self, state: State) -> None:
        """On disk when this returns, also after a power cut; all but the newest KEPT up to it are removed."""
        if self._folder is None:
            return
        path = self._folder / f"{self._prefix}-{state.step:012}.checkpoint"
        content = state.to_bytes()
        new = path.with_suffix(".new")
        with open(new, "wb") as file:
            file.write(hashlib.sha256(content).digest() + content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
        _sync(self._folder)
        for old in self._paths(state.step)[KEPT:]:
            old.unlink()

    def last_step(self) -> int:
        """Of all that lie there; 0 if none does."""
        return max(map(_step, self._paths()), default=0)

    def _paths(self, at_most: float = inf) -> list[Path]:
        """Newest first."""
        if self._folder is None:
            return []
        paths = sorted(self._folder.glob(f"{self._prefix}-*.checkpoint"), reverse=True)
        return [path for path in paths if _step(path) <= at_most]


def _step(path: Path) -> int:
    return int(path.stem.partition("-")[2])


def _read(path: Path) -> bytes:
    content = path.read_bytes()
    total, content = content[:SUM_BYTES], content[SUM_BYTES:]
    if hashlib.sha256(content).digest() != total:
        raise ValueError("its checksum is another")
    return content


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
