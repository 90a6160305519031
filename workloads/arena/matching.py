"""Who meets whom: each step one round of a round robin, drawn by the seed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from chance import MATCHING, draws


def opponents(agents: int, seed: int, step: int, first: int, last: int) -> npt.NDArray[np.intp]:
    """Whom each agent from `first` to `last` (not included) meets in a step; `agents` is even.

    The circle method: in round r of n - 1, i meets j where i + j = r (mod n - 1), and who would meet itself
    meets the last. All pairs meet equally often, and a batch finds its opponents by itself.
    """
    circle = agents - 1
    turn = int(draws(seed, MATCHING, step, 0, 1)[0]) % circle
    met = np.arange(turn - first, turn - last, -1, dtype=np.intp)
    met[met < 0] += circle
    alone = turn * (agents // 2) % circle  # agents // 2 is the inverse of 2
    if first <= alone < last:
        met[alone - first] = circle
    if last == agents:
        met[-1] = alone
    return met
