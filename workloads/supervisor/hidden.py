"""What is not shown: values of variables that a log repeats."""

from __future__ import annotations

from typing import Iterable

SHORTEST_SECRET = 4
"""Shorter values of variables may stand in a log by chance."""


def hidden(said: str, secrets: Iterable[str]) -> str:
    """`said` without any of `secrets`."""
    for value in sorted(secrets, key=len, reverse=True):
        if len(value) >= SHORTEST_SECRET:
            said = said.replace(value, "***")
    return said
