"""Tells a node which instances of a stack are planned on it, and what each takes."""

from __future__ import annotations

import json
from typing import Any

from atomic_file import write_json
from errors import BadRequest, NodeError, NodeErrors, refuse_if_any
from former import evict, revive
from layout import Layout
from ledger import Entry, entries_of
from node_lock import node_lock
from owner import check_owner
from spec import Holding, holding_of


def roster(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: ends the stack's instances that are not planned here as they are, to make room for the rest.

    They stay known as evicted. One that is planned again as it was runs again: nobody else would start it
    when an edit is taken back. Whoever runs finds new peers in `peers.json`; nobody is restarted for them.
    """
    planned, peers = request.get("keep"), request.get("peers")
    if not isinstance(planned, dict) or not isinstance(peers, dict):
        raise BadRequest("roster needs keep and peers, both objects")
    keep = {instance: holding_of(holding, f"keep.{instance}") for instance, holding in planned.items()}
    with node_lock(layout.berth, f"roster of {layout.stack}"):
        check_owner(layout, request["owner"])
        peers_changed = _write_peers(layout, peers)
        entries = entries_of(layout)
        outdated = [entry for entry in entries if not _fits(entry, keep.get(entry.id))]
        stopped = evict(layout, outdated)
        revived = _revive([entry for entry in entries if entry.evicted and entry not in outdated])
    return {"stopped": stopped, "revived": revived, "peers_changed": peers_changed}


def _write_peers(layout: Layout, peers: dict[str, Any]) -> bool:
    text = json.dumps(peers, sort_keys=True) + "\n"
    changed = not layout.peers_file.exists() or layout.peers_file.read_text(encoding="utf-8") != text
    if changed:
        write_json(layout.peers_file, peers)
    return changed


def _fits(entry: Entry, planned: Holding | None) -> bool:
    """What cannot be read is left to the start that repairs it."""
    return planned is not None and (entry.spec is None or planned.covers(entry.spec))


def _revive(entries: list[Entry]) -> list[str]:
    """All that can be; then raises what speaks against the others."""
    revived: list[str] = []
    problems: list[NodeError] = []
    for entry in entries:
        if entry.spec is None or entry.limits is None:
            continue
        try:
            revive(entry, entry.spec, entry.limits)
            revived.append(entry.id)
        except NodeErrors as refused:
            problems += refused.problems
        except NodeError as failed:
            problems.append(failed)
    refuse_if_any(problems)
    return revived
