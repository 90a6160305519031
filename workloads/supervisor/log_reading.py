"""Reads the end of a log that may be large."""

from __future__ import annotations

from pathlib import Path

TAIL_BYTES = 64 * 1024
LINE_LENGTH = 500
"""A longer line is cut in answers."""


def last_lines(
    path: Path,
    count: int,
    start: int = 0,
) -> list[str]:
    """At most `count` lines from the end, none from before the offset `start`; none when there is no file."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            if size < start:
                start = 0  # rotated since
            file.seek(max(start, size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [line[:LINE_LENGTH] for line in lines[-count:]] if count > 0 else []
