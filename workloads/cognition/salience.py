"""How much a signal matters, given the levels of the transmitters."""

from __future__ import annotations

from collections.abc import Mapping

from signals import Signal

DRIVES: dict[str, dict[str, float]] = {
    "reward": {"dopamine": 0.8, "serotonin": 0.2},
    "threat": {"cortisol": 0.6, "norepinephrine": 0.4},
    "social": {"oxytocin": 0.7, "serotonin": 0.3},
    "novelty": {"dopamine": 0.5, "norepinephrine": 0.5},
}
"""Which transmitters raise the salience of which kind. The weights of a kind sum up to 1."""


def salience(signal: Signal, levels: Mapping[str, float]) -> float:
    """min(1, intensity · (½ + Σ weight · level)), by the weights of its kind: the levels amplify intensity.

    The factor goes from ½ to 1½ and is 1 at rest, where all levels are ½.
    """
    drive = sum(weight * levels[name] for name, weight in DRIVES[signal.kind].items())
    return min(1.0, signal.intensity * (0.5 + drive))
