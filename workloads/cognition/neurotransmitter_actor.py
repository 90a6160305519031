"""Transmitters as a Ray actor."""

from __future__ import annotations

import ray
from life import life
from once import Once
from transmitters import Levels, Transmitters


class NeurotransmitterActor:
    """Holds the levels of a run. A new process has none until it is restored."""

    def __init__(self) -> None:
        self._once: Once[Levels] = Once()
        self._transmitters = Transmitters()

    @ray.method
    def restore(self, sequence: int, levels: Levels) -> str:
        """Takes on the state after input `sequence`; answers with its life."""
        self._transmitters = Transmitters(levels)
        self._once.restored(sequence)
        return life()

    @ray.method
    def get_state(self, sequence: int) -> Levels:
        """The levels that input `sequence` meets; throws StateLost."""
        self._once.expect(sequence - 1)
        return dict(self._transmitters.levels)

    @ray.method
    def apply_delta(self, sequence: int, delta: Levels) -> Levels:
        """The levels that input `sequence` leaves; throws StateLost."""
        return self._once.do(sequence, lambda: self._transmitters.apply(delta))
