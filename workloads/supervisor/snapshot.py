"""What a stack has left for people on this node, and copies of its databases that hold still."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from atomic_file import write_text
from layout import Layout
from removal import remove_tree

MAGIC = b"SQLite format 3\0"
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database: nothing without it."""


def snapshot(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: copies each database as of one moment into a folder, while others write; `done`: removes it.

    Tells whether the stack has logs here, of which run, the folder, and by path below `logs` what was copied
    (`copied`), and what could not be and why (`as_it_is`).
    """
    folder = layout.all_logs / f".fetch-{layout.stack}"
    if folder.is_dir():
        remove_tree(folder)  # of one that was interrupted, too
    if request.get("done") is True:
        return {}
    copied: list[str] = []
    as_it_is: dict[str, str] = {}
    for file in _databases(layout):
        name = str(file.relative_to(layout.all_logs))
        try:
            _copy(file, folder / name)
            copied.append(name)
        except Exception as problem:  # sqlite3.Error, or no sqlite3 in this Python at all
            as_it_is[name] = str(problem)
            if (folder / name).exists():
                (folder / name).unlink()
    logs = layout.logs.is_dir() and not layout.logs.is_symlink()
    run = _run(layout) if logs else None
    return {"logs": logs, "run": run, "folder": folder.name, "copied": copied, "as_it_is": as_it_is}


def _run(layout: Layout) -> str | None:
    """A name for all that is left here from the first start until a purge; None where the disk is full."""
    try:
        if not layout.run_file.exists():
            name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.urandom(2).hex()}"
            write_text(layout.run_file, f"{name}\n")
        return layout.run_file.read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _databases(layout: Layout) -> list[Path]:
    found = [layout.database] if _is_database(layout.database) else []
    for directory, _, names in os.walk(layout.logs):
        found += [path for path in (Path(directory, name) for name in sorted(names)) if _is_database(path)]
    return found


def _is_database(path: Path) -> bool:
    if path.is_symlink() or not path.is_file() or path.name.endswith(BESIDE):
        return False
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _copy(file: Path, place: Path) -> None:
    import sqlite3  # some small Pythons lack it

    place.parent.mkdir(parents=True, exist_ok=True)
    address = f"{file.as_uri()}?mode=rw"  # not `ro`: what a killed writer left half done is put right first
    with closing(sqlite3.connect(address, uri=True, timeout=10)) as source, closing(
        sqlite3.connect(str(place))
    ) as target:
        source.backup(target)
