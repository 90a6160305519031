"""Hands out the end of a log, and what came since, a question at a time: nothing stays here to follow it."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Iterator, NamedTuple

from layout import Layout, instance_of
from ledger import entries_of

TAIL_BYTES = 4 * 1024 * 1024
"""The end that lines are looked for in."""
PART_BYTES = 256 * 1024
"""The most that one answer brings of what came since."""
LOOK_AGAIN_S = 0.2


class Place(NamedTuple):
    """How far a log was read. Its file is known by its inode: rotation renames it."""

    inode: int
    offset: int


def logs(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the last `lines` of an instance's log, or what came after an earlier answer's `place`.

    With `wait_s` it waits so long for more. Only whole lines are told. `modified` is None where no log is.
    """
    instance = instance_of(request)
    path = layout.log_file(instance)
    runs = any(entry.id == instance and entry.processes for entry in entries_of(layout))
    after = request.get("after")
    if after is None:
        text, place = _end(path, int(request["lines"]))
    else:
        until = time.monotonic() + float(request.get("wait_s", 0))
        text, place = _since(path, Place(*after))
        while not text and time.monotonic() < until:
            time.sleep(LOOK_AGAIN_S)
            text, place = _since(path, place)
    return {"text": text, "place": place, "runs": runs, "modified": _modified(path)}


def _end(path: Path, lines: int) -> tuple[str, Place]:
    """The last lines, also those of the file before where it was rotated just now."""
    found: list[bytes] = []
    place = Place(0, 0)
    with _newest_first(path) as logs_there:
        for log in logs_there:
            size = os.fstat(log.fileno()).st_size
            start = max(0, size - TAIL_BYTES)
            log.seek(start)
            data = log.read(size - start)
            whole = data[: data.rfind(b"\n") + 1]
            if not place.inode:
                place = Place(_inode(log), start + len(whole))
            found = whole.splitlines(keepends=True) + found
            if len(found) >= lines:
                break
    return b"".join(found[max(0, len(found) - lines) :]).decode(errors="replace"), place


def _since(path: Path, place: Place) -> tuple[str, Place]:
    """The whole lines after a place, in every file since the one it lies in."""
    parts: list[bytes] = []
    with _newest_first(path) as unread:
        known = [_inode(log) for log in unread]
        # A file that is gone has been rotated away, or was removed: what is there is all new.
        if place.inode in known:
            unread = unread[: known.index(place.inode) + 1]
        while unread:
            log = unread.pop()
            offset = place.offset if _inode(log) == place.inode else 0
            if os.fstat(log.fileno()).st_size < offset:
                offset = 0  # somebody has emptied it
            log.seek(offset)
            data = log.read(PART_BYTES)
            is_part = len(data) == PART_BYTES
            # A line that is longer than a part, or that nobody will end, is told as it is.
            whole = data[: data.rfind(b"\n") + 1] or (data if is_part or unread else b"")
            parts.append(whole)
            place = Place(_inode(log), offset + len(whole))
            if is_part:
                break
    return b"".join(parts).decode(errors="replace"), place


@contextmanager
def _newest_first(path: Path) -> Iterator[list[BinaryIO]]:
    """The log and those it was rotated from, open: a rotation meanwhile shows one twice, but hides none."""
    numbers = (file.name[len(path.name) + 1 :] for file in path.parent.glob(f"{path.name}.*"))
    rotated = sorted(int(one) for one in numbers if one.isdigit())
    files: dict[int, BinaryIO] = {}
    with ExitStack() as stack:
        for file in (path, *(path.with_name(f"{path.name}.{number}") for number in rotated)):
            with suppress(FileNotFoundError):
                log = file.open("rb")
                stack.callback(log.close)
                files.setdefault(_inode(log), log)
        yield list(files.values())


def _inode(log: BinaryIO) -> int:
    return os.fstat(log.fileno()).st_ino


def _modified(path: Path) -> float | None:
    return path.stat().st_mtime if path.exists() else None
