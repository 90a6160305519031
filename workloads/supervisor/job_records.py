"""The Ray jobs that a stack has a record of on this node, as far as that is known without their clusters."""

from __future__ import annotations

import fcntl
from pathlib import Path

from atomic_file import read_json
from errors import NodeError
from layout import Layout


def job_records(layout: Layout) -> list[dict[str, str]]:
    """Each job with its cluster and state. One that runs while no command follows it is `abandoned`."""
    files = sorted(layout.stack_dir.glob("ray/*/jobs/*.json"))
    return [{"id": file.stem, "cluster": file.parts[-3], "state": _state(file)} for file in files]


def _state(file: Path) -> str:
    try:
        state = str(read_json(file).get("state", "unknown"))
    except NodeError:
        return "unknown"
    if _is_followed(file.with_suffix(".lock")):
        return "running"
    return "abandoned" if state == "running" else state


def _is_followed(lock: Path) -> bool:
    """Whether a command has the lock. Who waits for it tries again soon: this look keeps it for no time."""
    try:
        with open(lock, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
