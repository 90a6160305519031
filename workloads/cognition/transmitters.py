"""Levels of five neurotransmitters, each from 0 to 1: the pipeline's slow state."""

from __future__ import annotations

from collections.abc import Mapping

Levels = dict[str, float]
TRANSMITTERS = ("dopamine", "serotonin", "oxytocin", "cortisol", "norepinephrine")
RESTING = 0.5
RECOVERY = 0.25
"""Share of the way back to rest that a level goes before each consequence: else all would stick at 0 or 1."""
REBOUND_ABOVE, REBOUND = 0.8, 0.1


class Transmitters:
    """What consequences have made of the levels."""

    def __init__(self, levels: Mapping[str, float] | None = None) -> None:
        self.levels: Levels = dict(levels or dict.fromkeys(TRANSMITTERS, RESTING))

    def apply(self, delta: Mapping[str, float]) -> Levels:
        """The levels after a consequence; throws KeyError for what is no transmitter.

        Each recovers, gets its delta and stays within [0, 1]. Then dopamine above REBOUND_ABOVE calls forth
        its opponent, norepinephrine (opponent processes: Solomon and Corbit 1974, Psychological Review 81).
        """
        unknown = sorted(delta.keys() - self.levels.keys())
        if unknown:
            raise KeyError(f"{', '.join(unknown)}: expected some of {', '.join(TRANSMITTERS)}")
        for name, level in self.levels.items():
            self.levels[name] = _clipped(level + RECOVERY * (RESTING - level) + delta.get(name, 0))
        if self.levels["dopamine"] > REBOUND_ABOVE:
            self.levels["norepinephrine"] = _clipped(self.levels["norepinephrine"] + REBOUND)
        return dict(self.levels)


def _clipped(level: float) -> float:
    return min(1.0, max(0.0, level))
