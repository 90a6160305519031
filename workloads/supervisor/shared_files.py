"""Files that live in memory (/dev/shm, memfd): pages that no process shows as its own until it maps them."""

from __future__ import annotations

import os
from contextlib import suppress

from process_tree import Stat

PLACES = ("/dev/shm/", "/memfd:")


def unmapped_bytes(tree: list[Stat]) -> int:
    """What files hold that these processes have open and none has mapped: mapped, they are in its PSS."""
    sizes: dict[tuple[int, int], int] = {}
    for one in tree:
        sizes.update(_open_files(f"/proc/{one.process.pid}/fd"))
    if not sizes:
        return 0
    mapped = {inode for one in tree for inode in _mapped_inodes(f"/proc/{one.process.pid}/maps")}
    return sum(size for (_, inode), size in sizes.items() if inode not in mapped)


def _open_files(handles: str) -> dict[tuple[int, int], int]:
    found = {}
    with suppress(OSError):  # it has ended, or hides what it has open
        for handle in os.listdir(handles):
            with suppress(OSError):
                path = f"{handles}/{handle}"
                if os.readlink(path).startswith(PLACES):
                    status = os.stat(path)
                    found[status.st_dev, status.st_ino] = status.st_blocks * 512
    return found


def _mapped_inodes(maps: str) -> set[int]:
    with suppress(OSError), open(maps, "rb") as file:
        lines = (line.split(maxsplit=5) for line in file)
        return {int(words[4]) for words in lines if len(words) == 6 and words[5].startswith(b"/")}
    return set()
