"""The evaluation of every step, a line of JSON each."""

from __future__ import annotations

import json
import os
from pathlib import Path

from evaluation import evaluation
from world import Tally


class MetricsFile:
    """Written at checkpoints, before them: no step is missing, and one that is played again stands once."""

    def __init__(self, path: Path | None) -> None:
        """Without a path nothing is written."""
        self._path = path
        self._last = 0

    def forget_after(self, step: int) -> None:
        """Remove all behind the line of this step, and what is no line: whoever wrote it did not keep it."""
        if self._path is None or not self._path.exists():
            return
        with open(self._path, "rb+") as file:
            length = 0
            for line in file:
                told = _step(line)
                if told is None or told > step:
                    break
                self._last, length = told, length + len(line)
            file.truncate(length)

    def add(self, first_step: int, tallies: list[Tally]) -> None:
        """Of consecutive steps, as far as they do not stand there; on disk when this returns."""
        if self._path is None:
            return
        with open(self._path, "a", encoding="utf-8") as file:
            for step, tally in enumerate(tallies, first_step):
                if step > self._last:
                    file.write(json.dumps({"step": step, **evaluation(tally)}) + "\n")
                    self._last = step
            file.flush()
            os.fsync(file.fileno())


def _step(line: bytes) -> int | None:
    """None for what is no whole line of such a file."""
    try:
        step = json.loads(line)["step"]
    except (ValueError, TypeError, KeyError):
        return None
    return step if line.endswith(b"\n") and isinstance(step, int) else None
