"""All that a run has come to so far: what a checkpoint keeps, and what the result tells."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from generative_model import GenerativeModel
from inference_engine import Decision
from inference_engine_actor import Prior
from transmitters import Levels, Transmitters
from workspace import Broadcast

DIGITS, POLICIES_TOLD = 9, 20


@dataclass(frozen=True)
class Moment:
    """What came of one input."""

    broadcast: Broadcast
    decision: Decision
    levels: Levels
    """After it."""
    prior: Prior
    """After it."""


@dataclass
class Outcome:
    """The same for the same inputs, seed and settings, whatever was killed meanwhile."""

    levels: Levels
    prior: Prior
    sequence: int = 0
    """The last input that had its effect."""
    quiet: int = 0
    """Inputs of which no signal got into the workspace."""
    broadcast: int = 0
    """Signals that did."""
    actions: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)
    surprise: float = 0.0
    risk: float = 0.0
    ambiguity: float = 0.0
    """Sums of the chosen policies', as risk."""
    trace: str = ""
    """SHA-256 over all moments in order, numbers rounded to DIGITS: runs with the same trace did the same."""

    @staticmethod
    def at_first(model: GenerativeModel) -> Outcome:
        return Outcome(Transmitters().levels, model.D.tolist())

    def add(self, sequence: int, moment: Moment) -> None:
        """The outcome after the next input."""
        decision = moment.decision
        self.sequence, self.levels, self.prior = sequence, moment.levels, moment.prior
        self.broadcast += len(moment.broadcast.signals)
        self.quiet += not moment.broadcast.signals
        self.actions[decision.action] += 1
        self.policies["-".join(decision.policy)] += 1
        self.surprise += decision.surprise
        self.risk += decision.risk
        self.ambiguity += decision.ambiguity
        told = [sequence, *decision.policy, *(signal.id for signal, _ in moment.broadcast.signals)]
        numbers = [
            decision.surprise,
            decision.risk,
            decision.ambiguity,
            *moment.levels.values(),
            *moment.prior,
        ]
        line = json.dumps([self.trace, told, [round(number, DIGITS) for number in numbers]])
        self.trace = hashlib.sha256(line.encode()).hexdigest()

    def told(self, model: GenerativeModel) -> dict[str, Any]:
        """For the result: means instead of sums, names instead of places."""
        count = max(1, self.sequence)
        return {
            "inputs": self.sequence,
            "quiet": self.quiet,
            "broadcast": self.broadcast,
            "actions": dict(sorted(self.actions.items())),
            "policies": most_frequent(self.policies),
            "free_energy": {
                "surprise": self.surprise / count,
                "expected": (self.risk + self.ambiguity) / count,
                "risk": self.risk / count,
                "ambiguity": self.ambiguity / count,
            },
            "transmitters": self.levels,
            "prior": dict(zip(model.states, self.prior, strict=True)),
            "trace": self.trace,
        }


def most_frequent(policies: Counter[str]) -> dict[str, int]:
    """The first POLICIES_TOLD: of a long horizon there are thousands."""
    ordered = sorted(policies.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered[:POLICIES_TOLD])
