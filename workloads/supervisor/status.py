"""How the instances of a stack are, as /proc knows it; the files only tell what is past."""

from __future__ import annotations

from typing import Any

from layout import Layout
from ledger import LIVE, Entry, entries_of
from log_reading import last_lines
from memory_use import held_bytes
from process_tree import stat, uptime_seconds

UNWELL = ("dead", "failed", "evicted", "fenced")
"""States in which it does not run and should."""


def status(layout: Layout, _request: dict[str, Any]) -> dict[str, Any]:
    """Verb: one object per instance, by id."""
    return status_with(entries_of(layout))


def status_with(entries: list[Entry]) -> dict[str, Any]:
    """The same of a stack whose `entries` are known."""
    return {"instances": [_describe(entry) for entry in entries]}


def state_of(entry: Entry) -> str:
    """The state it is in, whatever its supervisor wrote last."""
    state: str = entry.state.get("state", "starting" if entry.supervised else "dead")
    if entry.evicted:
        return "evicted"
    if state in LIVE and not entry.supervised:
        return "dead"  # its supervisor was killed, or the machine went down
    return state


def _describe(entry: Entry) -> dict[str, Any]:
    state = state_of(entry)
    main = stat(entry.state["pid"]) if state == "running" and entry.state.get("pid") else None
    return {
        "id": entry.id,
        "state": state,
        "pid": main.process.pid if main else None,
        "restarts": entry.state.get("restarts", 0),
        "uptime_s": round(uptime_seconds(main.process), 1) if main else None,
        "memory_bytes": held_bytes(entry),
        "memory_limit_bytes": entry.spec.memory_bytes if entry.spec else None,
        "limit_by": entry.state.get("limit_by"),
        "exit": entry.state.get("exit"),
        "last_log": "".join(last_lines(entry.layout.log_file(entry.id), 1)),
        "port": entry.spec.port if entry.spec else None,
        "code": entry.spec.code if entry.spec else None,
    }
