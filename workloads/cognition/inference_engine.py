"""Perceives and decides: beliefs by Bayes, policies by expected free energy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from free_energy import all_policies, expected_free_energy, posterior, softmax
from generative_model import Array, GenerativeModel

PRECISION = 4.0


@dataclass(frozen=True)
class Decision:
    """What an observation led to."""

    policy: tuple[str, ...]
    """The chosen one: its first action is done now."""
    probability: float
    """With which it was chosen."""
    surprise: float
    """Of the observation: variational free energy."""
    risk: float
    ambiguity: float
    """Both of the chosen policy; their sum is its expected free energy."""
    best: float
    """The least expected free energy of all policies."""

    @property
    def action(self) -> str:
        return self.policy[0]


def precision(dopamine: float) -> float:
    """γ: dopamine makes choices surer (FitzGerald, Dolan, Friston 2015, Front. Comput. Neurosci. 9:136)."""
    return PRECISION * (0.5 + dopamine)


class InferenceEngine:
    """Beliefs about the state of the world, carried from input to input."""

    def __init__(self, model: GenerativeModel, horizon: int, seed: int, prior: Array | None = None) -> None:
        self.model, self.seed = model, seed
        self.policies = all_policies(model, horizon)
        self.prior = model.D if prior is None else prior
        """P(s) before the next observation: what the last action is believed to lead to."""

    def step(self, sequence: int, observation: str, dopamine: float) -> Decision:
        """Chance hangs on seed and sequence alone: who steps again from the same prior decides the same."""
        belief, surprise = posterior(self.model, self.prior, self.model.observations.index(observation))
        expected = expected_free_energy(self.model, self.policies, belief[:, np.newaxis])
        total = expected.total[:, 0]
        chances = softmax(-precision(dopamine) * total)
        chosen = int(np.random.default_rng([self.seed, sequence]).choice(len(chances), p=chances))
        policy = self.policies[chosen]
        self.prior = self.model.B[policy[0]] @ belief
        return Decision(
            policy=tuple(self.model.actions[action] for action in policy),
            probability=float(chances[chosen]),
            surprise=surprise,
            risk=float(expected.risk[chosen, 0]),
            ambiguity=float(expected.ambiguity[chosen, 0]),
            best=float(total.min()),
        )
