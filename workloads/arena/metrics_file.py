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

    def forget_after(self, step: int) -> None:
        """Remove the lines of later steps, and a last one that was cut off."""
        if self._path is None or not self._path.exists():
            return
        with open(self._path, "rb+") as file:
            length = 0
            for line in file:
                if not line.endswith(b"\n") or json.loads(line)["step"] > step:
                    break
                length += len(line)
            file.truncate(length)

    def add(self, first_step: int, tallies: list[Tally]) -> None:
        """Of consecutive steps; on disk when this returns."""
        if self._path is None:
            return
        with open(self._path, "a", encoding="utf-8") as file:
            for step, tally in enumerate(tallies, first_step):
                file.write(json.dumps({"step": step, **evaluation(tally)}) + "\n")
            file.flush()
            os.fsync(file.fileno())
