"""Memory against agents: actors and driver of a run that goes on."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from arena_process import ArenaProcess, await_checkpoint
from processes import proportional_bytes, pss
from ray_nodes import RayNodes


def memory(quick: bool) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Two actors on two nodes and their driver, after checkpoints; a straight line through the sums."""
    sizes = (1000, 100_000, 400_000) if quick else (1000, 50_000, 100_000, 200_000, 400_000, 800_000)
    rows = []
    with RayNodes(2) as nodes:
        for agents in sizes:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                world = (
                    "--agents",
                    agents,
                    "--steps",
                    10**9,
                    "--checkpoint-every",
                    5,
                    "--checkpoint-dir",
                    folder,
                )
                with ArenaProcess(nodes.environment, *world) as run:
                    await_checkpoint(folder, 20)
                    actors = proportional_bytes(nodes.folder, "ray::Member")
                    driver = pss(Path(f"/proc/{run.pid}"))
            total = sum(actors) + driver
            rows.append(
                {
                    "agents": agents,
                    "actors": len(actors),
                    "actors_MB": round(sum(actors) / 1e6, 1),
                    "driver_MB": round(driver / 1e6, 1),
                    "total_MB": round(total / 1e6, 1),
                }
            )
    x, y = (np.array([row[name] for row in rows], dtype=float) for name in ("agents", "total_MB"))
    slope, start = np.polyfit(x, y, 1)
    rest = float(((y - slope * x - start) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    line = {
        "bytes_per_agent": round(slope * 1e6),
        "start_MB": round(float(start), 1),
        "r2": round(1 - rest, 4),
    }
    return f"Memory (PSS); a straight line: {line}", rows, line
