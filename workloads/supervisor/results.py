"""Removes what a stack's instances left for people: logs, and rows in the results."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Iterable

from layout import Layout


def remove_results(layout: Layout, instances: Iterable[str]) -> list[str]:
    """Removes the logs of these instances and the stack's rows; the database and `logs/` when empty then.

    Returns what it had to leave: a database that is none, or that is damaged.
    """
    logs = [re.compile(re.escape(layout.log_file(one).name) + r"(\.[0-9]+)?\Z") for one in instances]
    for file in layout.logs.iterdir() if layout.logs.is_dir() else ():
        if any(log.match(file.name) for log in logs):
            file.unlink()
    left = _remove_rows(layout)
    if layout.logs.is_dir() and not any(layout.logs.iterdir()):
        layout.logs.rmdir()
    return left


def _remove_rows(layout: Layout) -> list[str]:
    if not layout.database.exists():
        return []
    try:
        import sqlite3  # some small Pythons lack it, and need it only here
    except ImportError:
        return [str(layout.database)]
    try:
        others = _rows_of_others_after_removal(layout)
    except sqlite3.Error:
        return [str(layout.database)]
    if not others:
        for suffix in ("", "-wal", "-shm", "-journal"):
            file = layout.database.with_name(layout.database.name + suffix)
            if file.exists():
                file.unlink()
    return []


def _rows_of_others_after_removal(layout: Layout) -> bool:
    import sqlite3

    prefix = f"{layout.stack}/"
    with closing(sqlite3.connect(layout.database, timeout=10)) as database, database:
        left = False
        for (table,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall():
            name = '"' + table.replace('"', '""') + '"'
            if "instance" in [column[1] for column in database.execute(f"PRAGMA table_info({name})")]:
                database.execute(
                    f"DELETE FROM {name} WHERE substr(instance, 1, ?) = ?", (len(prefix), prefix)
                )
            left = left or database.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is not None
        return left
