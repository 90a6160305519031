"""How much memory an instance holds, as its limit counts it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from ledger import Entry
from memory_group import recorded_group
from process_tree import Stat, descendants, memory_bytes
from shared_files import unmapped_bytes


def held_bytes(entry: Entry) -> int | None:
    """None when nothing of it runs."""
    tree = [one for found in entry.processes if found.supervisor for one in descendants(found.process.pid)]
    return tree_bytes(entry.state, tree) if tree else None


def tree_bytes(state: dict[str, Any], tree: list[Stat]) -> int:
    """The same of a tree whose supervisor wrote `state`."""
    group = recorded_group(state)
    if group:
        with suppress(OSError):  # it has ended just now
            return group.working_set_bytes()
    return memory_bytes(tree) + unmapped_bytes(tree)
