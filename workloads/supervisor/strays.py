"""Finds what runs on this node for a stack, whoever started it, and ends it. Looks at own processes only."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Callable, Iterable, NamedTuple

from errors import NodeError
from process_tree import Process, Stat, alive, all_stats, lineage, send

TAG = "BERTH_TAG"
ROLE = "BERTH_ROLE"
SUPERVISOR = "supervisor"
KILL_PATIENCE_S = 10.0
"""How long a process may take to end after SIGKILL (a device that does not answer)."""


class Found(NamedTuple):
    """A process that concerns Berth."""

    process: Process
    tag: str | None
    """The tag in its environment; None when it has none and only lies below the searched directory."""
    supervisor: bool


def tagged(berth: Path) -> list[Found]:
    """Every process tagged as an instance of any stack in `berth`."""
    return [found for found in _search(berth) if found.tag]


def untagged(directory: Path) -> list[Process]:
    """Processes without a tag that work or lie below `directory`, out of every supervisor's reach.

    A person's shell is none of them: it has a terminal, or its environment tells the SSH connection.
    """
    found = _search(directory)
    supervisors = {one.process.pid for one in found if one.supervisor}
    return [one.process for one in found if not one.tag and not supervisors & set(lineage(one.process.pid))]


def end_all(find: Callable[[], Iterable[Process]], grace_s: float) -> int:
    """SIGTERM to what `find` finds, SIGKILL after `grace_s` seconds, until there is none; says how many."""
    asked: set[Process] = set()
    kill_at = time.monotonic() + grace_s
    pause_s = 0.01
    while True:
        found = list(find())
        if not found:
            return len(asked)
        late = time.monotonic() >= kill_at
        for process in found:
            if late or process not in asked:
                send(process, signal.SIGKILL if late else signal.SIGTERM)
        asked.update(found)
        if time.monotonic() > kill_at + KILL_PATIENCE_S:
            pids = ", ".join(str(process.pid) for process in found)
            raise NodeError(
                "StillRunning", f"process {pids} does not end even when killed", "restart this node"
            )
        time.sleep(pause_s)
        pause_s = min(0.1, pause_s * 2)


def still_alive(processes: Iterable[Process]) -> list[Process]:
    """Those that have not ended."""
    return [process for process in processes if alive(process)]


def _search(directory: Path) -> list[Found]:
    ours = set(lineage(os.getpid()))
    return [
        found
        for one in all_stats()
        if one.process.pid not in ours
        for found in _examine(one, f"{directory}/")
    ]


def _examine(one: Stat, below: str) -> list[Found]:
    place = f"/proc/{one.process.pid}"
    try:
        if os.stat(place).st_uid != os.geteuid():
            return []
        with open(f"{place}/environ", "rb") as file:
            environment = dict(entry.partition("=")[::2] for entry in os.fsdecode(file.read()).split("\0"))
        tag = environment.get(TAG, "")
        if tag.startswith(below):
            return [Found(one.process, tag, environment.get(ROLE) == SUPERVISOR)]
        if tag or one.terminal or "SSH_CONNECTION" in environment:
            return []
        paths = (os.readlink(f"{place}/{link}") + "/" for link in ("cwd", "exe"))
        return [Found(one.process, None, False)] if any(path.startswith(below) for path in paths) else []
    except OSError:
        return []  # it has ended meanwhile, or it is none of ours
