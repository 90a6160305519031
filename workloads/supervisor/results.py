"""Removes what a stack left for people: its logs, and its rows in the results."""

from __future__ import annotations

from contextlib import closing

from layout import Layout
from removal import remove_tree


def remove_results(layout: Layout) -> list[str]:
    """Removes the stack's logs and its rows; the database and `logs/` when empty then.

    Returns what it had to leave: a database that is none, or that is damaged.
    """
    if layout.logs.is_symlink():
        layout.logs.unlink()  # where it leads to is a person's
    elif layout.logs.is_dir():
        remove_tree(layout.logs)
    left = _remove_rows(layout)
    if layout.all_logs.is_dir() and not any(layout.all_logs.iterdir()):
        layout.all_logs.rmdir()
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
