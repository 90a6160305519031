"""What the GPUs are doing, as far as the machine tells."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

QUERY = "index,name,utilization.gpu,memory.used,memory.total"
PATIENCE_S = 8.0
"""A driver that wakes its GPUs takes seconds; one that hangs must not hold up the answer."""
MIB = 1024 * 1024
TEGRA_LOADS = ("gpu.0/load", "platform/gpu.0/load", "platform/*.gpu/load", "platform/*/*.gpu/load")
"""Where a Jetson tells how busy its GPU is, in thousandths, by the generations of its kernel."""


def gpus(devices: Path = Path("/sys/devices")) -> list[dict[str, Any]]:
    """One object per GPU; None for what is not told.

    A Jetson's or GB10's memory is the RAM: nvidia-smi says `[N/A]` there; older Jetsons have no nvidia-smi.
    """
    found = _nvidia()
    loads = [path for pattern in TEGRA_LOADS for path in devices.glob(pattern)]
    if loads:
        found = found or [{"index": 0, "name": "Tegra", "memory_used_bytes": None, "memory_bytes": None}]
        with suppress(OSError, ValueError):
            if found[0].get("busy_percent") is None:
                found[0]["busy_percent"] = int(loads[0].read_text()) / 10
    return [{"busy_percent": None, **one} for one in found]


def _nvidia() -> list[dict[str, Any]]:
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    except (OSError, subprocess.SubprocessError):
        return []  # no driver, or one that hangs
    rows = [[cell.strip() for cell in line.split(",")] for line in answer.stdout.splitlines()]
    return [
        {
            "index": int(index),
            "name": name,
            "busy_percent": _number(busy),
            "memory_used_bytes": _bytes(used),
            "memory_bytes": _bytes(total),
        }
        for index, name, busy, used, total in (row for row in rows if len(row) == 5 and row[0].isdigit())
    ]


def _number(cell: str) -> float | None:
    """None for `[N/A]`, `[Not Supported]` and the like."""
    try:
        return float(cell)
    except ValueError:
        return None


def _bytes(cell: str) -> int | None:
    mebibytes = _number(cell)
    return None if mebibytes is None else int(mebibytes * MIB)
