"""What a tally says about the policies."""

from __future__ import annotations

from typing import Any

import numpy as np
from policies import OUTCOMES, PAYOFFS
from policies import POLICIES as KINDS
from world import Tally

COOPERATED = [OUTCOMES.index("sucker"), OUTCOMES.index("reward")]


def evaluation(tally: Tally) -> dict[str, Any]:
    """How often agents cooperated and what a step brought them on average: all, and those of each policy."""
    by_policy = {kind.name: _figures(row) for kind, row in zip(KINDS, tally, strict=True) if row.any()}
    return {**_figures(tally.sum(axis=0)), "policies": by_policy}


def _figures(outcomes: Tally) -> dict[str, float]:
    count = max(1, int(outcomes.sum()))
    return {
        "cooperation": round(int(outcomes[COOPERATED].sum()) / count, 6),
        "mean_payoff": round(int(np.dot(outcomes, PAYOFFS)) / count, 6),
    }
