"""SPLIT_BRAIN: two minds, told contradictory things about who they are, weigh the evidence they meet."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random

from experiment import Experiment, Facts
from settings import Settings, SettingsFile
from surroundings import Surroundings

GPU_DEVICES = ("/dev/nvidia0", "/dev/nvhost-gpu", "/dev/nvgpu")


@dataclass(frozen=True)
class SplitBrainSettings(Settings):
    identity: str
    """What this mind is told about itself."""
    body: str
    """The body that goes with that identity: "gpu" or "cpu"."""
    trust: float
    """How much one reminder of the identity weighs, in log-odds."""
    seed: int


class SplitBrain(Experiment):
    """Its conviction is the probability, in its own eyes, that it is who it was told."""

    def __init__(self, file: SettingsFile, here: Surroundings) -> None:
        file.choose("body", {"gpu": True, "cpu": False})
        self.settings: SplitBrainSettings = file.check(SplitBrainSettings)

    def step(self, number: int, before: Facts) -> Facts:
        """One piece of evidence: a reminder, a memory that fits or does not, or a look at its own body."""
        chance = Random(f"{self.settings.seed}:{number}")
        evidence = chance.choice(["reminder", "memory", "body"])
        if evidence == "reminder":
            weight = self.settings.trust
        elif evidence == "memory":
            weight = chance.gauss(0, 0.5)
        else:
            weight = 0.2 if has_gpu() == (self.settings.body == "gpu") else -0.2
        log_odds = max(-10.0, min(10.0, before.get("log_odds", 0.0) + weight))
        return {
            "identity": self.settings.identity,
            "evidence": evidence,
            "weight": round(weight, 4),
            "log_odds": round(log_odds, 4),
            "conviction": round(1 / (1 + math.exp(-log_odds)), 4),
            "thought_ms": round(thought_ms(), 3),
        }


def has_gpu() -> bool:
    return any(Path(device).exists() for device in GPU_DEVICES)


def thought_ms() -> float:
    """What a fixed piece of work takes on this body: asymmetric hardware shows here."""
    start = time.perf_counter()
    sha256(bytes(1_000_000)).digest()
    return (time.perf_counter() - start) * 1000
