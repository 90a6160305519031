"""Tells a node which instances of a stack are planned on it."""

from __future__ import annotations

import json
from typing import Any

from atomic_file import write_json
from ending import end_instances
from errors import BadRequest
from layout import Layout
from ledger import entries_of
from node_lock import node_lock
from owner import check_owner


def roster(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: ends the stack's instances that are not in `keep`, to make room, and updates `peers.json`.

    Whoever runs finds new peers in that file; nobody is restarted for them.
    """
    keep, peers = request.get("keep"), request.get("peers")
    if not isinstance(keep, list) or not isinstance(peers, dict):
        raise BadRequest("roster needs keep, a list, and peers, an object")
    with node_lock(layout.berth, f"roster of {layout.stack}"):
        check_owner(layout, request["owner"])
        text = json.dumps(peers, sort_keys=True) + "\n"
        peers_changed = (
            not layout.peers_file.exists() or layout.peers_file.read_text(encoding="utf-8") != text
        )
        if peers_changed:
            write_json(layout.peers_file, peers)
        unlisted = [entry.id for entry in entries_of(layout) if entry.id not in keep]
        if unlisted:
            end_instances(layout, unlisted)
    return {"stopped": unlisted, "peers_changed": peers_changed}
