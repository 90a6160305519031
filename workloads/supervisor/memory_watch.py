"""Looks now and then at the memory of an instance, and the machine's: says why it has to end, if so."""

from __future__ import annotations

import os
import time
from contextlib import suppress

from atomic_file import write_json
from layout import Layout
from memory_limit import GroupLimit, SampledLimit
from process_tree import Process, boot_id, descendants
from spec import Spec
from watchdog import Watchdog

FIRST_WATCH_S = 0.05
"""Pause after the first look at a new tree; every further one is twice as long, up to WATCH_S."""
WATCH_S = 1.0
WATCH_CLOSE_S = 0.2
"""The same, near the limit."""


class MemoryWatch:
    """Of one instance, from its supervisor's own process: its tree is what lies below that."""

    def __init__(
        self, layout: Layout, spec: Spec, limit: SampledLimit | GroupLimit, watchdog: Watchdog
    ) -> None:
        self.layout, self.spec, self.limit, self.watchdog = layout, spec, limit, watchdog
        self.members: list[Process] = []
        self.begin()

    def begin(self) -> None:
        """The next look is at a new tree."""
        self.next_look, self.pause_s = 0.0, FIRST_WATCH_S

    def verdict(self) -> str:
        """Looks when it is time to; empty when there is no reason to end."""
        begin = time.monotonic()
        if begin < self.next_look:
            return ""
        tree = descendants(os.getpid())
        self._remember([one.process for one in tree])
        resident, limit = sum(one.rss_bytes for one in tree), self.spec.memory_bytes
        verdict = "memory-limit" if self.limit.exceeded(tree) else ""
        if not verdict and self.watchdog.must_go():
            verdict = "node-memory-floor"
        now = time.monotonic()
        pause_s = min(self.pause_s, WATCH_CLOSE_S if resident > 0.8 * limit else WATCH_S)
        self.next_look, self.pause_s = now + max(pause_s, 10 * (now - begin)), 2 * pause_s
        return verdict

    def _remember(self, members: list[Process]) -> None:
        """For who cleans up when this process is killed: members may have no tag left to be found by."""
        if members != self.members:
            record = {"boot_id": boot_id(), "members": members}
            with suppress(OSError):  # a full disk: tried again at the next look
                write_json(self.layout.members_file(self.spec.id), record, durable=False)
                self.members = members
