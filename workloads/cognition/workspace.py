"""The global workspace: few signals get in, and what is in is known everywhere (Baars 1988; Dehaene 2001)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from salience import salience
from signals import Signal

THRESHOLD = 0.6
CAPACITY = 7
"""Miller's seven."""


@dataclass(frozen=True)
class Broadcast:
    """What got in, the most salient first."""

    signals: tuple[tuple[Signal, float], ...]
    """Each with its salience."""
    salience_max: float
    """Of all signals, also of those that stayed out; 0 if there was none."""

    @property
    def observation(self) -> str:
        """The kind of the most salient signal; "quiet" if none got in."""
        return self.signals[0][0].kind if self.signals else "quiet"


class GlobalWorkspace:
    """Chooses among the signals of one moment."""

    def __init__(self, capacity: int = CAPACITY, threshold: float = THRESHOLD) -> None:
        self.capacity, self.threshold = capacity, threshold

    def broadcast(self, signals: Sequence[Signal], levels: Mapping[str, float]) -> Broadcast:
        """Those above the threshold, at most `capacity`; of equals, the one whose id comes first."""
        scored = [(signal, salience(signal, levels)) for signal in signals]
        scored.sort(key=lambda pair: (-pair[1], pair[0].id))
        within = [pair for pair in scored if pair[1] > self.threshold]
        return Broadcast(tuple(within[: self.capacity]), scored[0][1] if scored else 0.0)
