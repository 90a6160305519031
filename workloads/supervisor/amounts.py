"""Bytes as a person reads them: GB are 10^9 bytes, as in the cluster file."""

from __future__ import annotations


def in_gb(count: int) -> str:
    """`4 GB`, `1.5 GB`, `250 MB`; three decimals at most."""
    unit, size = ("GB", 10**9) if count >= 10**9 else ("MB", 10**6)
    return f"{round(count / size, 3):.12g} {unit}"
