"""Active inference on discrete states, for many beliefs at once (each a column).

Da Costa et al. 2020, Active inference on discrete state-spaces: a synthesis, J. Math. Psychol. 99:102447;
Friston et al. 2017, Active inference: a process theory, Neural Computation 29:1-49. With Q(s) after a
policy's actions and Q(o) = A Q(s), the expected free energy of a policy π over the times τ to come is

    G(π) = Σ_τ  KL[Q(o_τ | π) ‖ P(o_τ | C)]  +  E_{Q(s_τ | π)} H[P(o_τ | s_τ)]
                 risk                            ambiguity

and policies are chosen by P(π) = softmax(−γ G(π)), γ being the precision. All in nats.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from generative_model import Array, GenerativeModel

Policy = tuple[int, ...]
"""An action for each step to come, by index."""


@dataclass(frozen=True)
class ExpectedFreeEnergy:
    """Of each policy (row) from each belief (column)."""

    risk: Array
    ambiguity: Array

    @property
    def total(self) -> Array:
        """G."""
        return self.risk + self.ambiguity


def all_policies(model: GenerativeModel, horizon: int) -> list[Policy]:
    """Every order of actions over `horizon` steps."""
    return list(product(range(len(model.actions)), repeat=horizon))


def expected_free_energy(
    model: GenerativeModel, policies: Sequence[Policy], beliefs: Array
) -> ExpectedFreeEnergy:
    """Of each policy, from beliefs about the present state: states × beliefs."""
    risk, ambiguity = np.zeros((2, len(policies), beliefs.shape[1]))
    uncertainty = entropy(model.A)
    for row, policy in enumerate(policies):
        states = beliefs
        for action in policy:
            states = model.B[action] @ states
            risk[row] += divergence(model.A @ states, model.C[:, np.newaxis])
            ambiguity[row] += uncertainty @ states
    return ExpectedFreeEnergy(risk, ambiguity)


def posterior(model: GenerativeModel, prior: Array, observation: int) -> tuple[Array, float]:
    """Q(s) by Bayes, and the surprise −ln P(o) of the observation: the variational free energy of that Q.

    An observation that the prior rules out says that the prior was wrong: D takes its place.
    """
    joint = model.A[observation] * prior
    if joint.sum() == 0:
        joint = model.A[observation] * model.D
    evidence = joint.sum()
    return joint / evidence, float(-np.log(evidence))


def softmax(scores: Array) -> Array:
    """Probabilities in proportion to e^score, down the columns."""
    powers = np.exp(scores - scores.max(axis=0))
    share: Array = powers / powers.sum(axis=0)
    return share


def divergence(p: Array, q: Array) -> Array:
    """KL[p ‖ q] of each column; q > 0."""
    ratio = np.divide(p, q, out=np.ones(np.broadcast_shapes(p.shape, q.shape)), where=p > 0)
    total: Array = np.sum(p * np.log(ratio), axis=0)
    return total


def entropy(p: Array) -> Array:
    """H of each column."""
    total: Array = -np.sum(p * np.log(p, out=np.zeros_like(p), where=p > 0), axis=0)
    return total
