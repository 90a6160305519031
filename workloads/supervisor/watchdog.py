"""The floor of a node: when the whole machine runs short of memory, instances give way, one at a time.

It watches what is available and nothing else: no limit of an instance sees what a GPU takes of unified
memory, nor what others take. Swap counts for nothing: a machine is gone long before its swap is full.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import Iterator

from atomic_file import read_json
from errors import NodeError
from layout import Layout
from ledger import Entry, all_entries
from meminfo import meminfo
from memory_use import held_bytes, tree_bytes
from process_tree import descendants, stat
from spec import limits_of

PATIENCE_S = 5.0
"""After one gave way the others wait so long, for its memory to come back."""


class Watchdog:
    """Of one instance; all of a node come to the same judgement, each about itself."""

    def __init__(self, layout: Layout, instance: str) -> None:
        self.layout, self.instance = layout, instance
        self.low_since: float | None = None
        self.read_at, self.floor = -1, 0.0

    def is_low(self) -> bool:
        """Whether less is available than the floor, a share of the machine's real RAM."""
        memory = meminfo()
        return memory["MemAvailable"] < self._floor() * memory["MemTotal"]

    def must_go(self) -> bool:
        """Whether this instance has to give way now. It takes two looks: a moment is no shortage."""
        if not self.is_low():
            self.low_since = None
            return False
        now = time.monotonic()
        if self.low_since is None:
            self.low_since = now
            return False
        with self._turn() as file:
            if file is None:
                return False
            # Whoever should go first may hang: then the next one goes, later.
            mine = now - self.low_since >= self._rank() * 2 * PATIENCE_S
            if mine:
                with suppress(OSError):  # a full disk: the others may go a little early
                    os.pwrite(file, f"{now:020.3f}".encode(), 0)
            return mine

    def _floor(self) -> float:
        """As the last start said: a change of the node's description restarts nobody."""
        file = self.layout.spec_file(self.instance)
        with suppress(OSError, NodeError):
            changed_at = file.stat().st_mtime_ns
            if changed_at != self.read_at:
                self.floor = limits_of(read_json(file).get("limits")).memory_floor
                self.read_at = changed_at
        return self.floor

    @contextmanager
    def _turn(self) -> Iterator[int | None]:
        """A file to write the time into, unless another of this node gives way now or did a moment ago."""
        try:
            file = os.open(self.layout.floor_file, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # somebody has removed what is Berth's: nothing can be agreed upon
            yield None
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            yield None
            return
        try:
            last = float(os.pread(file, 40, 0) or "-inf")
            # The clock counts from the boot: a later time is from the life before.
            yield None if 0 <= time.monotonic() - last < PATIENCE_S else file
        finally:
            os.close(file)

    def _rank(self) -> int:
        """How many go before it: who holds most beyond what it was given, then who came last."""
        entries = {(entry.layout, entry.id): entry for entry in all_entries(self.layout)}
        # Its own supervisor, this process, is not among the processes it finds.
        own = entries.pop((self.layout, self.instance), None)
        mine = _urgency(own, tree_bytes(own.state, descendants(os.getpid()))) if own else (0, 0)
        return sum(_urgency(one, held_bytes(one) or 0) > mine for one in entries.values() if one.runs)


def _urgency(entry: Entry, held: int) -> tuple[int, int]:
    allowed = entry.spec.memory_bytes if entry.spec else 0
    pid = entry.state.get("pid")
    main = stat(pid) if isinstance(pid, int) else None
    return max(0, held - allowed), main.process.start if main else 0
