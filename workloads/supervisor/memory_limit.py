"""Holds an instance's tree to its memory. There are two ways, and one of them always works."""

from __future__ import annotations

from contextlib import suppress

from errors import NodeError
from memory_group import MemoryGroup, expected_limit, group_of
from process_tree import Stat, memory_bytes
from shared_files import unmapped_bytes

OVERHEAD_BYTES = 64 * 1024 * 1024
"""What a unit of systemd may hold beyond its instance: the supervisor, and pages of its log."""


class SampledLimit:
    """Looks how much the tree holds, again and again: what grows fast may be above the limit for a moment.

    Not seen: GPU memory, and files in /dev/shm that nobody of the tree has open any more.
    """

    limit_by = "sampling"
    place = None

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes

    def begin(self) -> None:
        """Before each run."""

    def enter(self) -> None:
        """In the new process, before it becomes the instance."""

    def exceeded(self, tree: list[Stat]) -> bool:
        """Whether it took more. The resident size is cheap, and never less than what is asked in doubt."""
        allowed = self.limit_bytes - unmapped_bytes(tree)
        return sum(one.rss_bytes for one in tree) > allowed and memory_bytes(tree) > allowed

    def end(self) -> None:
        """After the last run, when nothing is left of the tree."""


class GroupLimit:
    """The kernel does it: a memory cgroup around the tree. Not seen: GPU memory, on unified memory too."""

    def __init__(self, limit_by: str, group: MemoryGroup, limit_bytes: int) -> None:
        """Makes the group. Raises LimitNotKept when the kernel takes another limit, or OSError."""
        self.limit_by = limit_by
        self.group = group
        self.before = (0, 0)
        group.make(limit_bytes)
        assert_limit(group, limit_bytes)

    @property
    def place(self) -> str:
        """Where whoever cleans up finds all that is in it."""
        return str(self.group.path)

    def begin(self) -> None:
        """Before each run."""
        self.before = self.group.kills()

    def enter(self) -> None:
        """In the new process, before it becomes the instance."""
        self.group.enter()

    def exceeded(self, _tree: list[Stat]) -> bool:
        """Whether the kernel killed one for this limit, and not because the whole machine was short."""
        return all(now > before for now, before in zip(self.group.kills(), self.before))

    def end(self) -> None:
        """After the last run, when nothing is left of the tree."""
        with suppress(OSError):  # the kernel lets go of it a little later; a stop tries again
            self.group.remove()


def assert_limit(group: MemoryGroup, limit_bytes: int) -> None:
    """Raises LimitNotKept unless the kernel itself says that this is the group's limit."""
    kept = group.limit_bytes()
    if kept != expected_limit(limit_bytes):
        says = "no limit" if kept is None else f"{kept} bytes"
        text = f"{group.path} is to be held to {limit_bytes} bytes of memory, and the kernel says {says}"
        raise NodeError("LimitNotKept", text, "see the notes of  ./berth health  on this node")


def memory_limit(limit_by: str, name: str, limit_bytes: int) -> SampledLimit | GroupLimit:
    """The limit of a supervisor that runs where its instance will. Raises LimitNotKept or OSError.

    `name`: of the group, if there is to be one.
    """
    if limit_by == "sampling":
        return SampledLimit(limit_bytes)
    own = group_of()
    if own is None:
        text = f"{name} is to be held to {limit_bytes} bytes of memory, and is in no memory cgroup"
        raise NodeError("LimitNotKept", text, "see the notes of  ./berth health  on this node")
    if limit_by == "systemd":
        assert_limit(own, limit_bytes + OVERHEAD_BYTES)
        own.step_aside()
    return GroupLimit(limit_by, own.below(name), limit_bytes)
