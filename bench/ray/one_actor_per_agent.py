"""What most people would write first: an actor for each agent."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from crew import LocalCrew, Member
from processes import proportional_bytes
from ray_nodes import RayNodes
from report import quantiles
from state import State
from world import World

WANTED = 1000


def one_actor_per_agent(quick: bool) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """As many as fit, at two sizes; a straight line through them says what 1,000 would take."""
    import ray

    sizes, steps = ((8, 16), 100) if quick else ((16, 48), 200)
    rows = []
    with RayNodes(1) as nodes:
        ray.init(address=nodes.environment["RAY_ADDRESS"], log_to_driver=False)
        try:
            for agents in sizes:
                rows.append(_measure(ray, World(agents, 1), steps, nodes.folder))
        finally:
            ray.shutdown()
    (small, big) = rows
    extrapolated = {"who": "extrapolated", "agents": WANTED, "count": None}
    for name in ("p50", "p95", "p99", "memory_MB"):
        slope = (big[name] - small[name]) / (big["agents"] - small["agents"])
        extrapolated[name] = round(big[name] + slope * (WANTED - big["agents"]), 1)
    return "One actor per agent: milliseconds a step", [*rows, extrapolated], {"steps": steps}


def _measure(ray: Any, world: World, steps: int, mark: str) -> dict[str, Any]:
    actor = ray.remote(num_cpus=0)(Agent)
    state = State.beginning(world)
    actors = [actor.remote(world) for _ in range(world.agents)]
    ray.get(
        [
            each.load.remote(number, number + 1, state.trust[:, [number]], state.points[[number]])
            for number, each in enumerate(actors)
        ],
        timeout=300,
    )
    record, seconds = state.record, []
    for step in range(1, steps + 1):
        start = time.monotonic()
        packed = np.packbits(record).tobytes()
        record = np.array(
            ray.get([each.move.remote(step, packed) for each in actors], timeout=60), dtype=np.uint8
        )
        seconds.append(time.monotonic() - start)
    crew = LocalCrew(world)
    crew.start(state)
    expected = np.packbits(state.record).tobytes()
    for step in range(1, steps + 1):
        expected = crew.step(step, expected, False)[0][0]
    if np.packbits(record).tobytes() != expected:
        raise RuntimeError("the agents played otherwise than in one process")
    memory = proportional_bytes(mark, "ray::Agent")
    for each in actors:
        ray.kill(each)
    figures = quantiles(seconds)
    return {
        "who": "one actor per agent",
        "agents": world.agents,
        **figures,
        "memory_MB": round(sum(memory) / 1e6),
    }


class Agent(Member):
    """A member with a single agent."""

    def move(self, number: int, record: bytes) -> int:
        moves, _, _ = self.step(number, record, False)
        return moves[0] >> 7
