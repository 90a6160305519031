"""Chance that hangs on what it is for and not on who asks, or in which order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

PER_COUNT = 8
"""Draws that one count of the generator yields: four words of 64 bits."""

MATCHING, MOVES, POLICIES = range(3)
"""What draws are for: each purpose has a stream of its own."""


def draws(seed: int, purpose: int, step: int, first: int, count: int) -> npt.NDArray[np.uint32]:
    """The draws of agents `first` to `first + count` in a step: uniform whole numbers below 2^32.

    Philox4x64-10 is a function of key and counter (Salmon et al., "Parallel random numbers: as easy as 1,
    2, 3", SC 2011): here the seed, and purpose, step and agent. So an agent draws the same wherever it lives.
    """
    start, skipped = divmod(first, PER_COUNT)
    words = -(-(skipped + count) // 2)
    generator = np.random.Philox(key=seed, counter=purpose << 128 | step << 64 | start)
    values = generator.random_raw(words).astype("<u8", copy=False).view("<u4")
    return values[skipped : skipped + count]
