"""The policies that meet in the arena, as data: all of them run through the same lines."""

from __future__ import annotations

from dataclasses import dataclass

ONE = 1 << 16
"""Certainty. Probabilities are whole 65536ths: the same on every processor, however agents are batched."""


@dataclass(frozen=True)
class Policy:
    """How an agent answers what its opponent is known for: its move in the step before, against anybody."""

    name: str
    after_defection: int
    """The probability of cooperating with one who defected; with `learns`, at the start."""
    after_cooperation: int
    learns: bool = False


POLICIES = (
    Policy("cooperator", ONE, ONE),
    Policy("defector", 0, 0),
    Policy("tit_for_tat", 0, ONE),
    Policy("generous", ONE // 3, ONE),
    Policy("learner", ONE // 2, ONE // 2, learns=True),
)
"""Reactive strategies (Nowak & Sigmund, "Tit for tat in heterogeneous populations", Nature 355, 1992)."""

DEFECT, COOPERATE = 0, 1
OUTCOMES = ("punishment", "temptation", "sucker", "reward")
"""What a step brings to an agent: indexed by 2 * its own move + its opponent's."""
PAYOFFS = (1, 5, 0, 3)

ASPIRATION = 2
"""What a learner is content with."""
RATE = 1 / 8
GAINS = tuple(
    round(ONE * RATE * (payoff - ASPIRATION) / max(abs(other - ASPIRATION) for other in PAYOFFS))
    for payoff in PAYOFFS
)
"""How far an outcome takes a learner towards its move (or away, if negative), in 65536ths of the way.

Bush and Mosteller's rule as in Macy & Flache, "Learning dynamics in social dilemmas", PNAS 99, 2002,
equations 1 and 2.
"""
