"""What keeps a node from doing its work, as far as the node itself can tell."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from facts import measure, nearest_existing
from layout import Layout
from ledger import Entry, entries_of
from status import state_of

LISTENS = "0A"
"""The state of a listening socket in /proc/net/tcp."""


def examine(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: changes nothing. `now`: the coordinator's clock; `ports`: what the stack's programs want."""
    real = measure(layout.work_dir)
    return {
        "python": real["python"],
        "rsync": shutil.which("rsync"),
        "disk_bytes": real["disk_bytes"],
        "disk_free_bytes": real["disk_free_bytes"],
        "work_dir": str(layout.work_dir),
        "not_writable": _not_writable(layout),
        "clock_ahead_s": round(time.time() - request["now"], 1),
        "prepared": layout.program.exists(),
        "code": sorted(path.name for path in layout.code.glob("*") if path.is_dir()),
        "instances": [_described(entry) for entry in entries_of(layout)],
        "listening": sorted(set(request["ports"]) & _listening()),
    }


def _not_writable(layout: Layout) -> str | None:
    places = [nearest_existing(layout.stack_dir), *(one for one in (layout.logs,) if one.exists())]
    return next((str(one) for one in places if not os.access(one, os.W_OK | os.X_OK)), None)


def _described(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "state": state_of(entry),
        "restarts": entry.state.get("restarts", 0),
        "exit": entry.state.get("exit"),
    }


def _listening() -> set[int]:
    """Every port of this machine that somebody listens on, whatever the address."""
    found = set()
    for file in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        if file.exists():
            rows = (line.split() for line in file.read_text().splitlines()[1:])
            found |= {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTENS}
    return found
