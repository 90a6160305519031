"""Whose a stack on this node is: two coordinators that use one name must not undo each other's work."""

from __future__ import annotations

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
            "destroy it from there, or give this stack another name",
        )


def claim(layout: Layout, owner: str) -> None:
    """Makes the stack `owner`'s; raises OwnerMismatch."""
    check_owner(layout, owner)
    if not layout.owner_file.exists():
        write_json(layout.owner_file, {"owner": owner})
