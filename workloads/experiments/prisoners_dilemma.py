"""PRISONERS_DILEMMA: two players who never hear of each other; payoffs.py settles the score afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from experiment import Experiment, Facts
from settings import Fraction, Settings, SettingsFile
from surroundings import Surroundings


@dataclass(frozen=True)
class PlayerSettings(Settings):
    cooperate: Fraction
    """The probability of cooperating."""
    remorse: Fraction
    """What is added to it in the round after an own defection."""
    seed: int


class Player(Experiment):
    """Plays one round a step."""

    def __init__(self, file: SettingsFile, here: Surroundings) -> None:
        self.settings: PlayerSettings = file.check(PlayerSettings)

    def step(self, number: int, before: Facts) -> Facts:
        """One move. Chance hangs on seed and round alone: a resumed player plays on as if never stopped."""
        remorse = self.settings.remorse if before.get("move") == "defect" else 0
        cooperates = Random(f"{self.settings.seed}:{number}").random() < self.settings.cooperate + remorse
        return {"move": "cooperate" if cooperates else "defect"}
