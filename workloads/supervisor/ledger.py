"""Who is on this node: the entries of all stacks, and what of them really runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atomic_file import read_json, write_json
from errors import NodeError
from layout import Layout
from spec import Limits, Spec, limits_of, spec_of, to_json
from strays import Found, tagged

LIVE = ("starting", "running", "backoff", "fenced")
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
    limits: Limits | None
    """What the node gave when it was started; None when that cannot be read."""
    evicted: bool
    """It was ended to make room, and would run otherwise."""

    @property
    def name(self) -> str:
        return f"{self.layout.stack}/{self.id}"

    @property
    def supervised(self) -> bool:
        return any(found.supervisor for found in self.processes)

    @property
    def runs(self) -> bool:
        """Whether it is kept running."""
        return self.supervised and self.state.get("state") in LIVE

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


def remember(layout: Layout, spec: Spec, digest: str, limits: Limits, evicted: bool = False) -> None:
    """Writes down what an instance is to be."""
    file = layout.spec_file(spec.id)
    file.parent.mkdir(parents=True, exist_ok=True)
    known = {"digest": digest, "spec": to_json(spec), "limits": to_json(limits)}
    write_json(file, {**known, "evicted": True} if evicted else known)


def mark_evicted(layout: Layout, instance: str) -> None:
    """Writes down that it was ended to make room."""
    try:
        known = read_json(layout.spec_file(instance))
    except NodeError:
        known = {}
    write_json(layout.spec_file(instance), {**known, "evicted": True})


def _entry(layout: Layout, instance: str, processes: list[Found]) -> Entry:
    try:
        stored = read_json(layout.spec_file(instance))
    except NodeError:
        stored = {}
    try:
        spec, digest = spec_of(stored["spec"]), str(stored["digest"])
    except (NodeError, KeyError):
        spec, digest = None, ""
    try:
        limits = limits_of(stored.get("limits"))
    except NodeError:
        limits = None
    try:
        state = read_json(layout.state_file(instance))
    except NodeError:
        state = {}
    own = [found for found in processes if found.tag == layout.tag(instance)]
    # What ended by itself just before it was evicted has no reason to run again.
    evicted = stored.get("evicted") is True and state.get("state") not in ("completed", "failed")
    return Entry(layout, instance, spec, digest, state, own, limits, evicted)
