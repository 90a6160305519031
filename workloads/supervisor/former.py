"""Former versions of instances: ended to make room, and run again when what was to follow does not come."""

from __future__ import annotations

from contextlib import suppress
from typing import Iterable

from admission import refusals
from atomic_file import write_json
from ending import end_instances
from errors import NodeError, from_system, refuse_if_any
from launching import launch
from layout import Layout
from ledger import Entry, all_entries, mark_evicted, remember
from spec import Limits, Spec


def evict(layout: Layout, entries: list[Entry]) -> list[str]:
    """Ends them and says whom. What they were is kept, to run again; what had ended stays so."""
    live = [entry.id for entry in entries if entry.live]
    for instance in live:  # before they end: a command that is killed meanwhile leaves it to the next
        mark_evicted(layout, instance)
    if entries:
        end_instances(layout, [entry.id for entry in entries], forget=False)
    return live


def revive(entry: Entry, spec: Spec, limits: Limits) -> None:
    """Runs an evicted instance as it was, if there is room. Raises NodeErrors, NodeError or OSError."""
    others = [one for one in all_entries(entry.layout) if (one.layout, one.id) != (entry.layout, entry.id)]
    refuse_if_any(refusals(entry.layout.stack, spec, limits, others))
    _run_again(entry, spec, limits)


def instead(failed: NodeError, former: Entry | None, others: Iterable[Entry], limits: Limits) -> NodeError:
    """The problem of a start that failed, after running again what ran before it, if anything did."""
    if not former or not former.spec or not (former.runs or former.evicted):
        return failed
    refused = refusals(former.layout.stack, former.spec, limits, others) if former.evicted else []
    if refused:
        remember(former.layout, former.spec, former.digest, former.limits or limits, evicted=True)
        return failed.followed_by(f"the former version stays evicted: {' '.join(map(str, refused))}")
    try:
        _run_again(former, former.spec, former.limits or limits)
    except NodeError as again:
        return failed.followed_by(f"nor does the former version start again: {again}")
    except OSError as again:
        return failed.followed_by(f"nor does the former version start again: {from_system(again)}")
    return failed.followed_by("the former version runs again")


def _run_again(entry: Entry, spec: Spec, limits: Limits) -> None:
    """Failing, it counts as failed: the next command does not stumble over it again."""
    end_instances(entry.layout, [entry.id])
    try:
        launch(entry.layout, spec, entry.digest, limits)
    except (NodeError, OSError):
        with suppress(OSError):
            remember(entry.layout, spec, entry.digest, limits)
            state = {"state": "failed", "pid": None, "restarts": 0, "exit": None}
            write_json(entry.layout.state_file(entry.id), state)
        raise
