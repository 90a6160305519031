"""A stack's lease on this node: who watches it says until when its instances may run, and they keep to it.

The time is this node's own, since its boot and through any sleep: nobody sets it, and a word that arrives
late has passed by then. Without a lease instances run as long as they like; one of a former boot is none.
"""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import suppress
from typing import Any

from atomic_file import write_json
from errors import BadRequest, NodeError, from_system
from layout import Layout
from ledger import entries_of
from owner import check_owner
from process_tree import boot_id

LONGEST = 300
"""So many letters of who watches are kept: the file has room for them from the start."""
ROOM = 1000
"""Bytes that the file has from the start."""
LOOK_S = 1.0
"""A supervisor looks at its lease at least so often."""


def now() -> float:
    """Seconds since the boot."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """As a supervisor sees it."""

    def __init__(self, layout: Layout) -> None:
        self.file, self.boot_id = layout.lease_file, boot_id()
        self.until = math.inf
        self.by: str | None = None
        """Who renews it; None where a watch of an earlier version does."""
        self.since = ""

    def left_s(self) -> float:
        """Seconds until it runs out; less than 0 when it has, infinite when there is none."""
        try:
            written = json.loads(self.file.read_text(encoding="utf-8"))
            ours = written["boot_id"] == self.boot_id
            self.until = float(written["until"]) if ours else math.inf
            self.by, self.since = written.get("by"), str(written.get("since"))
        except FileNotFoundError:
            self.until = math.inf
        except (OSError, ValueError, KeyError, TypeError):
            pass  # it is being written just now: the next look knows
        return self.until - now()

    def is_over(self) -> bool:
        """Whether the instance must not run."""
        return self.left_s() <= 0


def renew(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Arms or renews the lease as the request's `lease` says, never backwards; tells the clock it goes by.

    A refusal is part of the answer: whoever asks how a node is must hear that in any case.
    """
    clock = {"boot_id": boot_id(), "now": now()}
    asked = request.get("lease")
    if asked is None or not layout.owner_file.exists():
        return {**clock, "armed": False}
    boot, until = (asked.get("boot_id"), asked.get("until")) if isinstance(asked, dict) else (None, None)
    if not isinstance(boot, str) or not isinstance(until, (int, float)):
        raise BadRequest("lease needs boot_id and until")
    by = {name: asked[name][:LONGEST] for name in ("by", "since") if isinstance(asked.get(name), str)}
    if boot != clock["boot_id"]:
        return {**clock, "armed": False}
    try:
        check_owner(layout, request["owner"])
        before = Lease(layout)
        left_s = before.left_s()
        if 0 < left_s < math.inf and before.by not in (None, by.get("by")):
            return {**clock, "armed": False, "held": True, "refused": _held(layout, before, left_s)}
        if math.isinf(before.until) or before.until < until:
            _write(layout, {"boot_id": boot, "until": until, **by})
    except NodeError as refused:
        return {**clock, "armed": False, "refused": str(refused)}
    except OSError as failed:
        name, text, _ = from_system(failed).parts
        return {**clock, "armed": False, "refused": f"{name}: the lease cannot be written: {text}"}
    return {**clock, "armed": True, "without": _without(layout)}


def release(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: there is no lease of the watch `by` afterwards: instances run without it. Another's stays."""
    check_owner(layout, request["owner"])
    lease = Lease(layout)
    if lease.left_s() > 0 and lease.by not in (None, request.get("by")):
        return {"changed": False}
    was = layout.lease_file.exists()
    with suppress(FileNotFoundError):
        layout.lease_file.unlink()
    return {"changed": was}


def clear_if_over(layout: Layout) -> None:
    """Who starts something is here again: what had run out no longer counts."""
    if Lease(layout).is_over():
        with suppress(FileNotFoundError):
            layout.lease_file.unlink()


def _held(layout: Layout, lease: Lease, left_s: float) -> str:
    return (
        f"WatchedAlready: {layout.stack} is watched already, by {lease.by} since {lease.since}; end that"
        f" watch with Ctrl-C there. If it was killed, wait {left_s:.0f} s: then its lease is over"
    )


def _without(layout: Layout) -> list[str]:
    """Instances that run and know nothing of leases: a supervisor of an earlier version keeps them."""
    return [entry.id for entry in entries_of(layout) if entry.runs and not entry.state.get("keeps_lease")]


def _write(layout: Layout, lease: dict[str, Any]) -> None:
    """In place where it can: a full disk must not end what runs."""
    text = json.dumps(lease).ljust(ROOM).encode()
    try:
        file = os.open(layout.lease_file, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        write_json(layout.lease_file, {**lease, "room": " " * ROOM}, durable=False)
        return
    try:
        os.pwrite(file, text, 0)
        os.ftruncate(file, len(text))
    finally:
        os.close(file)
