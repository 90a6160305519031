"""Settles a prisoner's dilemma: `payoffs.py A.db B.db`, from the databases of the players' nodes."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Dict

PAYOFFS = {
    ("cooperate", "cooperate"): (3, 3),
    ("cooperate", "defect"): (0, 5),
    ("defect", "cooperate"): (5, 0),
    ("defect", "defect"): (1, 1),
}
Moves = Dict[int, str]


def read_moves(database: str, player: str | None) -> tuple[str, Moves]:
    """The player's identity and its moves by round; `player` may be left out where only one has played."""
    with closing(sqlite3.connect(f"{Path(database).resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT instance, step, facts FROM steps"
            " WHERE kind = 'PRISONERS_DILEMMA' AND instance = ifnull(?, instance)",
            (player,),
        ).fetchall()
    players = sorted({instance for instance, _, _ in rows})
    if len(players) != 1:
        raise ValueError(f"expected one player, got {', '.join(players) or 'none'}; name them with --players")
    return players[0], {step: json.loads(facts)["move"] for _, step, facts in rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("databases", nargs=2, metavar="DB")
    parser.add_argument("--players", nargs=2, default=[None, None], metavar="STACK/INSTANCE")
    arguments = parser.parse_args()
    played: list[tuple[str, Moves]] = []
    for database, player in zip(arguments.databases, arguments.players):
        try:
            played.append(read_moves(database, player))
        except (sqlite3.Error, ValueError) as error:
            print(f"{database}: {error}", file=sys.stderr)
            return 2
    (name_a, a), (name_b, b) = played
    rounds = a.keys() & b.keys()  # one may be ahead of the other
    scores = [PAYOFFS[a[number], b[number]] for number in rounds]
    payoffs = {name_a: sum(score for score, _ in scores), name_b: sum(score for _, score in scores)}
    print(json.dumps({"rounds": len(rounds), "payoffs": payoffs}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
