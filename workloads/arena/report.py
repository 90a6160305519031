"""The result of a run."""

from __future__ import annotations

from typing import Any

import numpy as np
from evaluation import evaluation
from state import State
from tournament import Course
from world import World


def report(world: World, state: State, course: Course, members: int) -> dict[str, Any]:
    """`digest`, `last_step`, `all_steps` hang on world and number of steps alone; the rest tells the way."""
    return {
        "agents": world.agents,
        "seed": world.seed,
        "steps": state.step,
        "digest": state.digest(),
        "last_step": evaluation(state.last),
        "all_steps": evaluation(state.totals),
        "members": members,
        "resumed_from": course.resumed_from,
        "recoveries": course.recoveries,
        "step_ms": quantiles(course.step_seconds),
        "checkpoint_ms": quantiles(course.checkpoint_seconds),
    }


def quantiles(seconds: list[float]) -> dict[str, float]:
    """How often, and milliseconds at the median, at 95 and 99 %, and at most."""
    if not seconds:
        return {"count": 0}
    p50, p95, p99, most = np.percentile(np.array(seconds) * 1000, [50, 95, 99, 100])
    figures = {"p50": p50, "p95": p95, "p99": p99, "max": most}
    return {"count": len(seconds), **{name: round(float(value), 3) for name, value in figures.items()}}
