"""The three actors of a run, spread over the cluster."""

from __future__ import annotations

from typing import Any

import ray
from consequence import consequence
from generative_model import GenerativeModel
from global_workspace_actor import GlobalWorkspaceActor
from inference_engine_actor import InferenceEngineActor
from neurotransmitter_actor import NeurotransmitterActor
from outcome import Moment, Outcome
from signals import Input

CALL_SECONDS = 30.0
"""Without a limit, calls to a node whose network is gone never end."""
LASTING: dict[str, Any] = {"max_restarts": -1, "max_task_retries": -1, "scheduling_strategy": "SPREAD"}
LIGHT = 0.25
"""CPUs that the two light actors are counted with."""


class Crew:
    """Does one input after the other; remembers nothing itself."""

    def __init__(self, model: GenerativeModel, horizon: int, seed: int, capacity: int, gpus: float) -> None:
        cpus, gpus = resources(gpus)
        light, heavy = {**LASTING, "num_cpus": LIGHT}, {**LASTING, "num_cpus": cpus, "num_gpus": gpus}
        self._transmitters = ray.remote(**light)(NeurotransmitterActor).remote()
        self._workspace = ray.remote(**light)(GlobalWorkspaceActor).remote(capacity)
        self._engine = ray.remote(**heavy)(InferenceEngineActor).remote(model, horizon, seed)

    def restore(self, outcome: Outcome) -> dict[str, str]:
        """Gives the actors the state after the outcome's last input; answers with the life of each."""
        lives = ray.get(
            [
                self._transmitters.restore.remote(outcome.sequence, outcome.levels),
                self._workspace.life.remote(),
                self._engine.restore.remote(outcome.sequence, outcome.prior),
            ],
            timeout=CALL_SECONDS,
        )
        return dict(zip(("transmitters", "workspace", "inference"), lives, strict=True))

    def think(self, moment: Input) -> Moment:
        """What comes of the input. Throws StateLost and Ray's errors: `restore`, and ask again."""
        number = moment.sequence
        levels = self._transmitters.get_state.remote(number)
        broadcast = self._workspace.broadcast.remote(moment.signals, levels)
        step = self._engine.step.remote(number, broadcast, levels)
        seen, (decision, prior) = ray.get([broadcast, step], timeout=CALL_SECONDS)
        delta = consequence(seen, decision.action, decision.surprise)
        after = ray.get(self._transmitters.apply_delta.remote(number, delta), timeout=CALL_SECONDS)
        return Moment(seen, decision, after, prior)


def needs(gpus: float) -> dict[str, float]:
    """What all three take together."""
    cpus, gpus = resources(gpus)
    return {"CPU": cpus + 2 * LIGHT, "GPU": gpus}


def resources(gpus: float) -> tuple[float, float]:
    """CPUs and GPUs of who computes: that share of a GPU, or one CPU, but never both."""
    return (0, gpus) if gpus else (1, 0)
