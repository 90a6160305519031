"""What the machine says about its memory as a whole."""

from __future__ import annotations

from pathlib import Path


def meminfo() -> dict[str, int]:
    """The lines of /proc/meminfo, in bytes."""
    lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
