"""Whose a stack on this node is: two coordinators that use one name must not undo each other's work."""

from __future__ import annotations

from typing import Any

from atomic_file import read_json, write_json
from errors import NodeError
from layout import Layout


def check_owner(layout: Layout, owner: str, lenient: bool = False) -> None:
    """Raises OwnerMismatch. `lenient`: an unreadable owner does not prevent stopping and removing."""
    try:
        recorded = read_json(layout.owner_file).get("owner", owner)
    except NodeError:
        if lenient:
            return
        raise
    if recorded != owner:
        raise NodeError(
            "OwnerMismatch",
            f"stack {layout.stack} in {layout.work_dir} belongs to {recorded}, and this is {owner}",
            f"destroy it from there; if that state is lost, remove {layout.owner_file} on this node"
            " and run the update again",
        )


def claim(layout: Layout, request: dict[str, Any]) -> None:
    """Makes the stack the request's owner's, under the name of the request's node; raises OwnerMismatch."""
    check_owner(layout, request["owner"])
    before = read_json(layout.owner_file)
    now = {**before, "owner": request["owner"]}
    if _node_of(request):
        now["node"] = _node_of(request)
    if now != before:
        write_json(layout.owner_file, now)


def taken_over(layout: Layout, request: dict[str, Any]) -> bool:
    """Whether another node than the request's uses this folder by now: the node was renamed."""
    try:
        recorded = read_json(layout.owner_file).get("node")
    except NodeError:
        return False
    asked = _node_of(request)
    return bool(asked and recorded) and asked != recorded


def _node_of(request: dict[str, Any]) -> Any:
    node = request.get("node")
    return node.get("name") if isinstance(node, dict) else None
