"""Reads the end of a log that may be large."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layout import Layout, instance_of

TAIL_BYTES = 64 * 1024
LINE_LENGTH = 500
"""A longer line is cut in answers."""


def logs(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the last lines of an instance's log."""
    instance = instance_of(request)
    return {
        "lines": last_lines(
            layout.log_file(instance), int(request["lines"]), tail_bytes=64 * TAIL_BYTES, line_length=None
        )
    }


def last_lines(
    path: Path,
    count: int,
    start: int = 0,
    tail_bytes: int = TAIL_BYTES,
    line_length: int | None = LINE_LENGTH,
) -> list[str]:
    """At most `count` lines from the end, none from before the offset `start`; none when there is no file."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            if size < start:
                start = 0  # rotated since
            file.seek(max(start, size - tail_bytes))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [line[:line_length] for line in lines[-count:]] if count > 0 else []
