"""What an instance has in the database of its node, in a file that goes along when the instance moves."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from journal import STEPS, transaction


def write_checkpoint(database: Path, instance: str, file: Path) -> None:
    """Replaces `file`, whole or not at all, with the instance's rows of all tables. May throw NotYet."""
    with transaction(database, STEPS) as connection:
        tables = [
            {"name": name, "sql": sql, "rows": connection.execute(_rows_of(name), (instance,)).fetchall()}
            for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            if any(column[1] == "instance" for column in connection.execute(f'PRAGMA table_info("{name}")'))
        ]
    new = file.with_name(file.name + ".new")
    with new.open("w", encoding="utf-8") as writer:
        json.dump({"instance": instance, "tables": tables}, writer)
        writer.flush()
        os.fsync(writer.fileno())
    os.replace(new, file)


def read_checkpoint(database: Path, instance: str, file: Path) -> None:
    """Puts the rows into the database, those that are there stay; then removes the file. No file is fine.

    May throw NotYet. Killed in between, it does the same again: each row is there once in any case.
    """
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    if written["instance"] == instance:
        with transaction(database, STEPS) as connection:
            known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            for table in written["tables"]:
                if table["name"] not in known:
                    connection.execute(table["sql"])
                for row in table["rows"]:
                    places = ", ".join("?" for _ in row)
                    connection.execute(f'INSERT OR IGNORE INTO "{table["name"]}" VALUES ({places})', row)
    with suppress(FileNotFoundError):
        file.unlink()


def _rows_of(table: str) -> str:
    return f'SELECT * FROM "{table}" WHERE instance = ?'
