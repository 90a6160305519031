"""The results of all instances of a node: one SQLite file, which many processes write at once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Iterator

from experiment import Facts, NotYet

BUSY_SECONDS = 0.5
STEPS = """CREATE TABLE IF NOT EXISTS steps (
    instance TEXT, step INTEGER, t TEXT, kind TEXT, facts TEXT, PRIMARY KEY (instance, step)) WITHOUT ROWID"""


def now() -> str:
    """This moment in UTC, to the millisecond."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


@contextmanager
def transaction(database: Path, table: str) -> Iterator[sqlite3.Connection]:
    """Changes to `table` that happen whole or not at all; throws NotYet while another process writes.

    There is no write-ahead log: so the one file is always complete, and can be copied off the node as it is.
    """
    with closing(sqlite3.connect(str(database), timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(table)
            yield connection
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            raise NotYet("another process is writing to the database") from error


class Journal:
    """The steps of one instance."""

    def __init__(self, database: Path, instance: str, kind: str) -> None:
        self.database, self.instance, self.kind = database, instance, kind

    def last(self) -> tuple[int, Facts]:
        """The last step kept and its facts; step 0 and no facts before the first. May throw NotYet."""
        with transaction(self.database, STEPS) as connection:
            row = connection.execute(
                "SELECT step, facts FROM steps WHERE instance = ? ORDER BY step DESC LIMIT 1",
                (self.instance,),
            ).fetchone()
        return (row[0], json.loads(row[1])) if row else (0, {})

    def keep(self, step: int, facts: Facts) -> None:
        """Keep what a step brought to light; the same step twice is an error. May throw NotYet."""
        row = (self.instance, step, now(), self.kind, json.dumps(facts))
        with transaction(self.database, STEPS) as connection:
            connection.execute("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", row)
