"""Who holds an instance's processes and memory on this node: the best this login can use, found by trying."""

from __future__ import annotations

import os
from typing import NamedTuple

from memory_group import group_of
from memory_limit import assert_limit
from units import manager

PROBE_BYTES = 64 * 1024 * 1024


class BackEnd(NamedTuple):
    """`limit_by` is what every status says: systemd, cgroup or sampling."""

    limit_by: str
    why: list[str]
    """Why not the better ones."""
    manager: list[str]
    """How systemd is addressed."""


def back_end() -> BackEnd:
    """systemd where it lets this login, else a memory cgroup of our own, else we look from time to time."""
    flags, no_systemd = manager()
    if flags:
        return BackEnd("systemd", [], flags)
    no_group = _group_problem()
    if no_group is None:
        return BackEnd("cgroup", [no_systemd], [])
    return BackEnd("sampling", [no_systemd, no_group], [])


def _group_problem() -> str | None:
    own = group_of()
    if own is None:
        return (
            "no memory cgroup: the kernel has none, or it is switched off (on Raspberry Pi OS add"
            " cgroup_enable=memory cgroup_memory=1 to the line in /boot/firmware/cmdline.txt and restart)"
        )
    probe = own.below(f"berth-probe-{os.getpid()}")
    try:
        probe.make(PROBE_BYTES)
        assert_limit(probe, PROBE_BYTES)
    except OSError as error:
        return f"no memory cgroup of its own: {error.filename or own.path}: {error.strerror}"
    finally:
        probe.remove()
    return None
