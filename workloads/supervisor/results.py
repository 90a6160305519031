"""Removes what a stack's instances left for people: logs, and rows in the results."""

from __future__ import annotations

from contextlib import closing
from typing import Iterable

from layout import Layout


def remove_results(layout: Layout, instances: Iterable[str]) -> None:
    """Removes the logs of these instances and the stack's rows; the database and `logs/` when empty then."""
    for instance in instances:
        for log in (layout.log_file(instance), *layout.logs.glob(f"{instance}.log.[0-9]*")):
            if log.exists():
                log.unlink()
    if layout.database.exists() and not _rows_of_others_after_removal(layout):
        for suffix in ("", "-wal", "-shm", "-journal"):
            file = layout.database.with_name(layout.database.name + suffix)
            if file.exists():
                file.unlink()
    if layout.logs.is_dir() and not any(layout.logs.iterdir()):
        layout.logs.rmdir()


def _rows_of_others_after_removal(layout: Layout) -> bool:
    import sqlite3  # some small Pythons lack it, and need it only here

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
