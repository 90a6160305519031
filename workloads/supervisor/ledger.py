"""Who is on this node: the entries of all stacks, and what of them really runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atomic_file import read_json
from errors import NodeError
from layout import Layout
from spec import Spec, spec_of
from strays import Found, tagged

ENDED = ("completed", "failed", "stopped")


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

    @property
    def live(self) -> bool:
        """Whether it holds anything. A supervisor says that all is over when nothing is left but itself."""
        return bool(self.processes) and self.state.get("state") not in ENDED


def all_entries(layout: Layout) -> list[Entry]:
    """The instances of all stacks on this node, by name."""
    processes = tagged(layout.berth)
    places = sorted(layout.berth.glob("*/instances/*"))
    return [_entry(Layout(layout.work_dir, place.parts[-3]), place.name, processes) for place in places]


def entries_of(layout: Layout) -> list[Entry]:
    """The instances of this stack, by id."""
    return [entry for entry in all_entries(layout) if entry.layout == layout]


def _entry(layout: Layout, instance: str, processes: list[Found]) -> Entry:
    try:
        stored = read_json(layout.spec_file(instance))
        spec, digest = spec_of(stored["spec"]), str(stored["digest"])
    except (NodeError, KeyError):
        spec, digest = None, ""
    try:
        state = read_json(layout.state_file(instance))
    except NodeError:
        state = {}
    own = [found for found in processes if found.tag == layout.tag(instance)]
    return Entry(layout, instance, spec, digest, state, own)
