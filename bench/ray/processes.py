"""Processes of a cluster, as the kernel sees them."""

from __future__ import annotations

from pathlib import Path


def proportional_bytes(mark: str, title: str) -> list[int]:
    """PSS (pages that are shared count in parts) of each process so called, `mark` in its environment."""
    sizes = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if title in (process / "cmdline").read_text(errors="replace") and mark in (
                process / "environ"
            ).read_text(errors="replace"):
                sizes.append(pss(process))
        except OSError:  # it has just ended
            continue
    return sizes


def pss(process: Path) -> int:
    """Of one process, by its folder in /proc."""
    line = next(
        line for line in (process / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:")
    )
    return int(line.split()[1]) * 1024
