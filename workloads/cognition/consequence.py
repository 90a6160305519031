"""What a moment does to the transmitters."""

from __future__ import annotations

from math import log

from signals import KINDS
from transmitters import Levels
from workspace import Broadcast

EFFECTS: dict[str, Levels] = {
    "reward": {"dopamine": 0.2, "cortisol": -0.1},
    "threat": {"cortisol": 0.2, "norepinephrine": 0.1, "serotonin": -0.1},
    "social": {"oxytocin": 0.2, "serotonin": 0.1, "cortisol": -0.05},
    "novelty": {"norepinephrine": 0.1, "dopamine": 0.05},
}
"""Of the observed kind, at salience 1."""
RELIEF: Levels = {"cortisol": -0.1, "serotonin": 0.05}
"""Of withdrawing."""
STARTLE = 0.05
"""Norepinephrine per nat of surprise beyond that of an even guess; what was foreseen calms."""
EVEN_GUESS = log(len(KINDS) + 1)
"""Surprise in nats: of any kind, or none."""


def consequence(broadcast: Broadcast, action: str, surprise: float) -> Levels:
    """Deltas: the most salient signal's effect in proportion to its salience, relief and startle."""
    delta: Levels = {"norepinephrine": STARTLE * (surprise - EVEN_GUESS)}
    for signal, weight in broadcast.signals[:1]:
        _add(delta, EFFECTS[signal.kind], weight)
    if action == "withdraw":
        _add(delta, RELIEF, 1.0)
    return delta


def _add(delta: Levels, effect: Levels, weight: float) -> None:
    for name, change in effect.items():
        delta[name] = delta.get(name, 0.0) + weight * change
