"""Who is on this node: the entries of all stacks, and what of them really runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomic_file import read_json
from errors import NodeError
from layout import Layout
from spec import Spec, spec_of
from strays import Found, tagged


@dataclass(frozen=True)
class Entry:
    """One instance as the node remembers it."""

    layout: Layout
    id: str
    spec: Spec | None
    """None when its file cannot be read."""
    digest: str
    state: dict[str, Any]
    """What its supervisor wrote last; empty when that cannot be read."""
    processes: list[Found]

    @property
    def name(self) -> str:
        return f"{self.layout.stack}/{self.id}"

    @property
    def supervised(self) -> bool:
        return any(found.supervisor for found in self.processes)


def all_entries(layout: Layout) -> list[Entry]:
    """The instances of all stacks on this node, by name."""
    processes = tagged(layout.berth)
    found = [
        _entry(directory, layout.work_dir, processes) for directory in layout.berth.glob("*/instances/*")
    ]
    return sorted(found, key=lambda entry: entry.name)


def entries_of(layout: Layout) -> list[Entry]:
    """The instances of this stack, by id."""
    return [entry for entry in all_entries(layout) if entry.layout == layout]


def _entry(directory: Path, work_dir: Path, processes: list[Found]) -> Entry:
    layout = Layout(work_dir, directory.parent.parent.name)
    try:
        stored = read_json(directory / "spec.json")
        spec, digest = spec_of(stored["spec"]), str(stored["digest"])
    except (NodeError, KeyError):
        spec, digest = None, ""
    try:
        state = read_json(directory / "state.json")
    except NodeError:
        state = {}
    tag = layout.tag(directory.name)
    return Entry(
        layout, directory.name, spec, digest, state, [found for found in processes if found.tag == tag]
    )
