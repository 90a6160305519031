"""Finds what runs on this node for a stack, whoever started it, and ends it. Looks at own processes only."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import Callable, Iterable, NamedTuple

from errors import NodeError
from process_tree import Process, Stat, alive, all_pids, all_stats, lineage, send, stat

TAG = "BERTH_TAG"
ROLE = "BERTH_ROLE"
SUPERVISOR = "supervisor"
KILL_PATIENCE_S = 10.0
"""How long a process may take to end after SIGKILL (a device that does not answer)."""
LOOK_AGAIN_S = 0.25
"""Pause between two searches while those found take their time to end."""


class Found(NamedTuple):
    """A process tagged as an instance's."""

    process: Process
    tag: str
    supervisor: bool


def tagged(directory: Path) -> list[Found]:
    """Every process with a tag below `directory`."""
    tag = re.compile(b"\0" + re.escape(os.fsencode(f"{TAG}={directory}/")) + b"[^\0]*\0")
    above, found = set(lineage(os.getpid())), []
    for pid in all_pids():
        # The environment first: of a machine's processes next to none has a tag.
        environment = _environment(pid)
        match = tag.search(environment)
        one = stat(pid) if match and pid not in above else None
        if match and one and _is_own(one):
            mine = os.fsdecode(match.group().strip(b"\0")).partition("=")[2]
            found.append(Found(one.process, mine, f"\0{ROLE}={SUPERVISOR}\0".encode() in environment))
    return found


def untagged(directory: Path) -> list[Process]:
    """Processes without a tag that work or lie below `directory`, out of every supervisor's reach.

    A person's shell is none of them: it has a terminal, or its environment tells the SSH connection.
    """
    supervisors = {found.process.pid for found in tagged(directory) if found.supervisor}
    return [
        one.process
        for one in _own()
        if not one.terminal
        and any(place.startswith(f"{directory}/") for place in _places(one))
        and not any(
            name in _environment(one.process.pid) for name in (f"\0{TAG}=".encode(), b"\0SSH_CONNECTION=")
        )
        and not supervisors.intersection(lineage(one.process.pid))
    ]


def end_all(find: Callable[[], Iterable[Process]], grace_s: float) -> int:
    """SIGTERM to what `find` finds, SIGKILL after `grace_s` seconds, until there is none; says how many."""
    asked: set[Process] = set()
    kill_at = time.monotonic() + grace_s
    while True:
        found = list(find())
        if not found:
            return len(asked)
        now = time.monotonic()
        if now > kill_at + KILL_PATIENCE_S:
            pids = ", ".join(str(process.pid) for process in found)
            raise NodeError("StillRunning", f"process {pids} does not end", "restart this node")
        for process in found:
            if now >= kill_at or process not in asked:
                send(process, signal.SIGKILL if now >= kill_at else signal.SIGTERM)
        asked.update(found)
        look_again = now + LOOK_AGAIN_S
        while still_alive(found) and time.monotonic() < look_again:
            time.sleep(0.01)


def still_alive(processes: Iterable[Process]) -> list[Process]:
    """Those that have not ended."""
    return [process for process in processes if alive(process)]


def _own() -> list[Stat]:
    """This user's processes, but for this command and those it was started by."""
    above = set(lineage(os.getpid()))
    return [one for one in all_stats() if one.process.pid not in above and _is_own(one)]


def _is_own(one: Stat) -> bool:
    try:
        return os.stat(f"/proc/{one.process.pid}").st_uid == os.geteuid()
    except OSError:
        return False


def _environment(pid: int) -> bytes:
    """Its variables when it started, a zero byte before and after each; empty when it has ended meanwhile."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return b"\0" + file.read()
    except OSError:
        return b""


def _places(one: Stat) -> list[str]:
    """Where it works, and the program it runs."""
    try:
        return [os.readlink(f"/proc/{one.process.pid}/{link}") + "/" for link in ("cwd", "exe")]
    except OSError:
        return []
