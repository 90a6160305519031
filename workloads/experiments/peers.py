"""The other instances of the stack, wherever they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from experiment import NotYet
from json_lines import ask


class Peers:
    """Reads the roster anew for each question: it is rewritten in place when a peer joins or moves."""

    def __init__(self, roster: Path) -> None:
        self._roster = roster

    def names(self) -> list[str]:
        """All peers, this instance too; throws NotYet while there is no roster."""
        return sorted(self._read())

    def ask(self, name: str, question: Any) -> Any:
        """What the peer answers; throws NotYet when it does not."""
        try:
            peer = self._read()[name]
            address = peer["host"], peer["port"]
        except (TypeError, KeyError):
            raise NotYet(f"{name} is not on the roster of peers") from None
        try:
            return ask(address, question)
        except (OSError, ValueError) as error:
            raise NotYet(f"{name} does not answer at {address[0]}:{address[1]}: {error}") from error

    def _read(self) -> dict[str, Any]:
        try:
            roster = json.loads(self._roster.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            roster = None
        if not isinstance(roster, dict):
            raise NotYet(f"no roster of peers in {self._roster}")
        return roster
