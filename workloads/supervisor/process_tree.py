"""Processes as /proc shows them. A process is its pid *and* its start time: a pid may be another's by now."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

PAGE = os.sysconf("SC_PAGE_SIZE")
TICKS = os.sysconf("SC_CLK_TCK")


class Process(NamedTuple):
    """One process of this boot."""

    pid: int
    start: int
    """Clock ticks since boot."""


class Stat(NamedTuple):
    """What /proc says about a process in one read."""

    process: Process
    state: str
    parent: int
    terminal: int
    rss_bytes: int


def boot_id() -> str:
    """Changes with every boot: pids and start times of another boot mean nothing."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def stat(pid: int) -> Stat | None:
    """None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    parent, terminal, start, resident_pages = (int(fields[number]) for number in (1, 4, 19, 21))
    return Stat(Process(pid, start), fields[0].decode(), parent, terminal, resident_pages * PAGE)


def alive(process: Process) -> bool:
    """Whether it is still this very process, and more than its exit status is left of it."""
    now = stat(process.pid)
    return now is not None and now.process == process and now.state not in "ZX"


def all_pids() -> list[int]:
    """Every process of the machine."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def all_stats() -> Iterator[Stat]:
    """Every process of the machine that has not ended meanwhile."""
    for pid in all_pids():
        found = stat(pid)
        if found:
            yield found


def descendants(root: int) -> list[Stat]:
    """Children of `root`, theirs, and so on: below a child subreaper all that was ever started."""
    children: dict[int, list[Stat]] = {}
    for one in all_stats():
        children.setdefault(one.parent, []).append(one)
    found: list[Stat] = []
    next_level = children.get(root, [])
    while next_level:
        found += next_level
        next_level = [child for one in next_level for child in children.get(one.process.pid, [])]
    return found


def lineage(pid: int) -> list[int]:
    """`pid`, its parent, and so on up to the first process."""
    line = []
    one = stat(pid)
    while one:
        line.append(one.process.pid)
        one = stat(one.parent)
    return line


def send(process: Process, signum: int) -> None:
    """Signals this very process, never another that has its pid by now; nothing when it has ended."""
    handle = _handle(process.pid)
    try:
        now = stat(process.pid)
        if now is None or now.process != process:
            return
        if handle is None:
            os.kill(process.pid, signum)
        elif sys.version_info >= (3, 9):
            signal.pidfd_send_signal(handle, signum)
    except (ProcessLookupError, PermissionError):
        pass
    finally:
        if handle is not None:
            os.close(handle)


def _handle(pid: int) -> int | None:
    """A pidfd, which never means another process; None on kernels before 5.3 and Pythons before 3.9."""
    try:
        return os.pidfd_open(pid) if sys.version_info >= (3, 9) else None
    except OSError:
        return None


def pss_bytes(pid: int) -> int | None:
    """Memory of a process, shared pages divided among their users. None where the kernel does not tell."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None


def memory_bytes(tree: list[Stat]) -> int:
    """Memory of a tree: its PSS, and for a process that hides it the resident size."""
    known = ((one, pss_bytes(one.process.pid)) for one in tree)
    return sum(one.rss_bytes if pss is None else pss for one, pss in known)


def uptime_seconds(process: Process) -> float:
    """How long it has run, by a clock nobody sets."""
    return max(0.0, float(Path("/proc/uptime").read_text().split()[0]) - process.start / TICKS)
