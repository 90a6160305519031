"""The memory a hive shares: its keeper has it in the database, the others reach it through the keeper."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Dict

from experiment import NotYet
from journal import now, transaction
from json_lines import Address, Server
from peers import Peers

THOUGHTS = """CREATE TABLE IF NOT EXISTS thoughts (
    instance TEXT, author TEXT, step INTEGER, t TEXT, mood REAL, text TEXT,
    PRIMARY KEY (instance, author, step)) WITHOUT ROWID"""


@dataclass(frozen=True)
class Thought:
    """What one member contributes in one step."""

    author: str
    step: int
    mood: float
    """From 0, doom, to 1, hope."""
    text: str

    @staticmethod
    def from_json(value: Any) -> Thought:
        """Throws ValueError for anything else than a thought."""
        if not isinstance(value, dict) or value.keys() != {"author", "step", "mood", "text"}:
            raise ValueError("not a thought")
        author, step, mood, text = value["author"], value["step"], value["mood"], value["text"]
        if not (isinstance(author, str) and isinstance(text, str) and len(text) <= 1000):
            raise ValueError("not a thought's words")
        if not (type(step) is int and 1 <= step < 2**53 and type(mood) in (int, float) and 0 <= mood <= 1):
            raise ValueError("not a thought's numbers")
        return Thought(author, step, float(mood), text)


Latest = Dict[str, Thought]
"""Each member's latest thought, by its name."""


class KeptMemory:
    """The memory itself; `instance` is its keeper's identity."""

    def __init__(self, database: Path, instance: str, peers: Peers, address: Address) -> None:
        self._database, self._instance, self._peers = database, instance, peers
        self._server = Server(address, self._answer)

    def share(self, thought: Thought) -> Latest:
        """Keep the thought, once however often it is shared, and give everyone's latest. May throw NotYet."""
        names = self._peers.names()
        if thought.author not in names:
            raise NotYet(f"{thought.author} is not on the roster of peers")
        with transaction(self._database, THOUGHTS) as connection:
            connection.execute(
                "INSERT OR IGNORE INTO thoughts VALUES (?, ?, ?, ?, ?, ?)",
                (self._instance, thought.author, thought.step, now(), thought.mood, thought.text),
            )
            rows = [
                connection.execute(
                    "SELECT author, step, mood, text FROM thoughts WHERE instance = ? AND author = ?"
                    " ORDER BY step DESC LIMIT 1",
                    (self._instance, name),
                ).fetchone()
                for name in names
            ]
        return {row[0]: Thought(*row) for row in rows if row}

    def close(self) -> None:
        self._server.close()

    def _answer(self, question: Any) -> Any:
        return [asdict(thought) for thought in self.share(Thought.from_json(question)).values()]


class DistantMemory:
    """The same memory, seen by a member that is not its keeper."""

    def __init__(self, keeper: str, peers: Peers) -> None:
        self._keeper, self._peers = keeper, peers

    def share(self, thought: Thought) -> Latest:
        """As KeptMemory.share; throws NotYet while the keeper does not answer."""
        answer = self._peers.ask(self._keeper, asdict(thought))
        try:
            return {thought.author: thought for thought in map(Thought.from_json, answer)}
        except (TypeError, ValueError) as error:
            raise NotYet(f"{self._keeper} answers nonsense") from error

    def close(self) -> None:
        """Nothing to let go of: no connection outlives its question."""
