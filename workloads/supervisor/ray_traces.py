"""What a member of a Ray cluster leaves outside of its stack's folder once its processes have ended."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Iterator

from layout import Layout
from process_tree import stat
from ray_place import SESSIONS, temporary
from removal import remove_tree

OWNER = "stack"
"""The file in a temporary folder that says whose it is."""
SHARED_MEMORY = Path("/dev/shm")
SEMAPHORE = re.compile(r"sem\.[a-z]+(\d+)-\d+\Z")
"""Of an object that is written more than once; named after the raylet that made it."""
RAYLET = re.compile(rb"\[[^\]]* I (\d+) \d+\] \(raylet\)")
"""How a line of a raylet's log begins."""


def make_temporary(layout: Layout, instance: str) -> Path:
    """The member's folder, empty, without what a former run has left."""
    clear_traces(layout, instance)
    folder = temporary(layout, instance)
    folder.mkdir(mode=0o700)
    (folder / OWNER).write_text(str(layout.stack_dir), encoding="utf-8")
    return folder


def clear_traces(layout: Layout, instance: str) -> None:
    """Removes what is left of a member none of whose processes run; nothing for any other instance."""
    _clear(temporary(layout, instance))


def clear_all_traces(layout: Layout) -> None:
    """The same for all members that the stack ever had on this node, also those it does not know any more."""
    for folder in Path("/tmp").glob("berth-*"):
        with suppress(OSError):
            if (folder / OWNER).read_text(encoding="utf-8") == str(layout.stack_dir):
                _clear(folder)


def _clear(folder: Path) -> None:
    if folder.is_symlink() or not folder.is_dir() or folder.stat().st_uid != os.geteuid():
        return
    ended = {pid for pid in _raylets(folder) if stat(pid) is None}
    for file in SHARED_MEMORY.glob("sem.*"):
        made_by = SEMAPHORE.match(file.name)
        if made_by and int(made_by.group(1)) in ended:
            with suppress(OSError):
                file.unlink()
    remove_tree(folder)


def _raylets(folder: Path) -> Iterator[int]:
    for log in folder.glob(f"{SESSIONS}/session_*/logs/raylet.out*"):
        with suppress(OSError), open(log, "rb") as file:
            first = RAYLET.match(file.readline())
            if first:
                yield int(first.group(1))
