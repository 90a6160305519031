"""The inference engine as a Ray actor."""

from __future__ import annotations

import numpy as np
import ray
from generative_model import GenerativeModel
from inference_engine import Decision, InferenceEngine
from life import life
from once import Once
from transmitters import Levels
from workspace import Broadcast

Prior = list[float]


class InferenceEngineActor:
    """Holds the beliefs of a run. A new process has none until it is restored."""

    def __init__(self, model: GenerativeModel, horizon: int, seed: int) -> None:
        self._once: Once[tuple[Decision, Prior]] = Once()
        self._engine = InferenceEngine(model, horizon, seed)

    @ray.method
    def restore(self, sequence: int, prior: Prior) -> str:
        """Takes on the state after input `sequence`; answers with its life."""
        self._engine.prior = np.array(prior)
        self._once.restored(sequence)
        return life()

    @ray.method
    def step(self, sequence: int, broadcast: Broadcast, levels: Levels) -> tuple[Decision, Prior]:
        """What input `sequence` leads to, and what is believed to follow; throws StateLost."""
        return self._once.do(sequence, lambda: self._step(sequence, broadcast, levels))

    def _step(self, sequence: int, broadcast: Broadcast, levels: Levels) -> tuple[Decision, Prior]:
        decision = self._engine.step(sequence, broadcast.observation, levels["dopamine"])
        return decision, self._engine.prior.tolist()
