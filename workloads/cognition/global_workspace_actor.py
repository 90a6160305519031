"""The global workspace as a Ray actor. It has no state, so a new process goes on where the former was."""

from __future__ import annotations

import ray
from life import life
from signals import Signal
from transmitters import Levels
from workspace import Broadcast, GlobalWorkspace


class GlobalWorkspaceActor:
    """Chooses which signals of a moment are known everywhere."""

    def __init__(self, capacity: int) -> None:
        self._workspace = GlobalWorkspace(capacity)

    @ray.method
    def life(self) -> str:
        return life()

    @ray.method
    def broadcast(self, signals: tuple[Signal, ...], levels: Levels) -> Broadcast:
        return self._workspace.broadcast(signals, levels)
