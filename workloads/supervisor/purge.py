"""Leaves nothing of a stack on this node."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from atomic_file import read_json
from ending import end_instances
from errors import NodeError
from layout import Layout
from node_lock import node_lock
from owner import check_owner, taken_over
from removal import remove_tree
from results import remove_results


def purge(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: ends everything of the stack and removes it; with `purge` true its logs and results as well.

    A folder that another node has taken over is left alone. Results that cannot be read stay, and the answer
    says so. Where the stack is unknown only its processes are looked for. The last stack takes `.berth`
    along, and a work directory that Berth had made, if it is empty.
    """
    with node_lock(layout.berth, f"purge of {layout.stack}") if layout.berth.exists() else nullcontext():
        check_owner(layout, request["owner"], lenient=True)
        if taken_over(layout, request):
            return {"ended": 0, "changed": False}
        known = layout.stack_dir.exists()
        left: list[str] = []
        ended = end_instances(layout, _names(layout.instances), everything=True)
        if known:
            if request.get("purge") is True:
                left = remove_results(layout)
            remove_tree(layout.stack_dir)
        if layout.berth.exists() and not any(path.is_dir() for path in layout.berth.iterdir()):
            _leave_node(layout)
    answer = {"ended": ended, "changed": known or ended > 0}
    return {**answer, "left": left} if left else answer


def _leave_node(layout: Layout) -> None:
    try:
        made: list[str] = read_json(layout.node_file).get("made", [])
    except NodeError:
        made = []
    # The lock goes last: a preflight that waits for it begins anew, then nothing of its work is removed here.
    for file in sorted(layout.berth.iterdir(), key=lambda path: path.name == ".lock"):
        file.unlink()
    with suppress(OSError):  # somebody has put something there: it stays
        for directory in (str(layout.berth), *made):
            os.rmdir(directory)


def _names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()] if directory.is_dir() else []
