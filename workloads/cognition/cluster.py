"""The cluster that a run takes place on."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

import ray
from pipeline import Stuck

ROOM_WITHIN_SECONDS = 60.0


def join(needs: Mapping[str, float]) -> None:
    """Ray's cluster, or without one a Ray of its own on this computer. Throws Stuck if it is too small."""
    ray.init(log_to_driver=False, logging_level=logging.WARNING)
    await_room(needs, ROOM_WITHIN_SECONDS)


def await_room(needs: Mapping[str, float], seconds: float) -> None:
    """Waits for CPUs and GPUs in all, used or not: a node may be about to come back."""
    deadline = time.monotonic() + seconds
    while True:
        there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
        cpus, gpus = there.get("CPU", 0.0), there.get("GPU", 0.0)
        if cpus >= needs["CPU"] and gpus >= needs["GPU"]:
            return
        if time.monotonic() > deadline:
            raise Stuck(
                f"this cluster has {cpus:g} CPUs and {gpus:g} GPUs, as Ray counts them; the program needs"
                f" {needs['CPU']:g} and {needs['GPU']:g}"
            )
        time.sleep(1)
