"""How long a step takes: from asking the first member to the answer of the last."""

from __future__ import annotations

from typing import Any

from arena_process import ArenaProcess
from pipes_crew import PipesCrew
from ray_nodes import RayNodes
from report import quantiles

NODES = (1, 2, 4)


def latency(quick: bool) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """One process, two over pipes, and an actor on each of one, two and four nodes."""
    steps = {1000: 3000, 10_000: 3000, 50_000: 2000, 500_000: 300}
    if quick:
        steps = {agents: max(200, count // 4) for agents, count in steps.items() if agents < 500_000}
    rows = []
    with RayNodes(max(NODES)) as nodes:
        for agents, count in steps.items():
            world = ("--agents", agents, "--steps", count, "--checkpoint-every", count)
            with ArenaProcess(None, *world, "--actors", "none") as alone:
                expected = alone.until("result")
            rows.append(_row(agents, "one process", 1, expected["step_ms"]))
            digest, seconds = PipesCrew.play(agents, seed=1, steps=count, members=2)
            _same(digest, expected["digest"])
            rows.append(_row(agents, "multiprocessing", 2, quantiles(seconds)))
            for number in NODES:
                with ArenaProcess(nodes.environment, *world, "--actors", number) as run:
                    result = run.until("result")
                _same(result["digest"], expected["digest"])
                name = f"Ray, {number} node" + "s" * (number > 1)
                rows.append(_row(agents, name, result["members"], result["step_ms"]))
    return "Milliseconds a step", rows, {"steps": steps}


def _row(agents: int, name: str, members: int, figures: dict[str, float]) -> dict[str, Any]:
    return {"who": name, "agents": agents, "processes": members, **figures}


def _same(digest: str, expected: str) -> None:
    if digest != expected:
        raise RuntimeError(f"the results differ: {digest}, {expected}")
