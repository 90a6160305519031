"""The arena's program as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

ARENA = Path(__file__).parents[2] / "workloads" / "arena"


class ArenaProcess:
    """`python -m main` with these arguments; killed at the end of the block, if it has not ended."""

    def __init__(self, environment: dict[str, str] | None, *words: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "main", *map(str, words)],
            cwd=ARENA,
            env=environment or dict(os.environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.pid = self._process.pid

    def until(self, event: str) -> dict[str, Any]:
        """The next such event; `result` is the last line."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                facts: dict[str, Any] = json.loads(line)
                if facts.get("event", "result") == event:
                    return facts
        raise RuntimeError(f"the arena ended with {self._process.wait()} before: {event}")

    def __enter__(self) -> ArenaProcess:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()


def await_checkpoint(folder: Path, step: int, seconds: float = 120) -> None:
    """Wait until a run has kept a checkpoint of that step or a later one."""
    deadline = time.monotonic() + seconds
    while all(int(path.stem.partition("-")[2]) < step for path in folder.glob("*.checkpoint")):
        if time.monotonic() > deadline:
            raise RuntimeError(f"no checkpoint of step {step} within {seconds:g} s")
        time.sleep(0.02)
