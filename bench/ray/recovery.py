"""How long nobody gets on after a node was lost."""

from __future__ import annotations

import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from arena_process import ArenaProcess, await_checkpoint
from ray_nodes import FAST_HEALTH_CHECKS, RayNodes

FAULTS = {
    "raylet killed": RayNodes.kill_raylet,
    "node killed": RayNodes.kill_node,
    "node silent": RayNodes.freeze_node,
}


def recovery(quick: bool) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Two nodes, 10,000 agents, a checkpoint every 100 steps; one of the nodes is lost."""
    rows: list[dict[str, Any]] = []
    for name, config in (("default", {}), ("fast", FAST_HEALTH_CHECKS)):
        if quick and name == "default":
            continue
        try:
            rows += _lose_each(name, config)
        except Exception as error:
            # With fast checks the nodes of a busy computer are declared dead while they start.
            rows.append({"health checks": name, "fault": f"not measured: {error}"})
    return "A node is lost: seconds", rows, {}


def _lose_each(name: str, config: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    with RayNodes(2, system_config=config) as nodes:
        for fault, cause in FAULTS.items():
            nodes.have(2)
            rows.append({"health checks": name, "fault": fault, **_lose_one(nodes, cause)})
    return rows


def _lose_one(nodes: RayNodes, cause: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = ("--agents", 10_000, "--steps", 10**9, "--checkpoint-every", 100, "--checkpoint-dir", folder)
        with ArenaProcess(nodes.environment, *world) as run:
            await_checkpoint(folder, 300)
            at = time.time()
            cause(nodes, nodes.workers.pop())
            lost, recovered = run.until("lost"), run.until("recovered")
    return {
        "noticed_after": round(_moment(lost) - at, 2),
        "next_step_after": round(_moment(recovered) - at, 2),
        "without_a_step": recovered["seconds"],
        "steps_again": lost["step"] - lost["back_to"],
        "error": lost["reason"].rpartition(" ")[2],
    }


def _moment(event: dict[str, Any]) -> float:
    return datetime.strptime(event["t"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()
