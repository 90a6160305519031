"""HIVE_CLUSTER: minds with different roles think together, in a memory that one of them keeps for all."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean

from experiment import Experiment, Facts, NotYet
from peers import Peers
from settings import Fraction, Settings, SettingsFile
from shared_memory import DistantMemory, KeptMemory, Thought
from surroundings import Surroundings


@dataclass(frozen=True)
class HiveSettings(Settings):
    role: str
    keeper: str
    """The member that keeps the memory."""
    bias: Fraction
    """The mood it would be in alone: from 0, doom, to 1, hope."""
    openness: Fraction
    """How far the others move it away from there: 0 not at all, 1 all the way."""


class HiveMember(Experiment):
    """A step is one thought shared: while the memory cannot be reached, it waits."""

    def __init__(self, file: SettingsFile, here: Surroundings) -> None:
        self.settings: HiveSettings = file.check(HiveSettings)
        self.name = here.name
        roster, address = here.with_peers()
        self.peers = Peers(roster)
        self.keeps = self.settings.keeper == self.name
        self.memory = (
            KeptMemory(here.database, here.instance, self.peers, address)
            if self.keeps
            else DistantMemory(self.settings.keeper, self.peers)
        )

    def step(self, number: int, before: Facts) -> Facts:
        """Think about what was heard in the step before, share it, hear the others."""
        heard: dict[str, float] = before.get("heard", {})
        alone = self.settings.bias
        together = mean(heard.values()) if heard else alone
        mood = round(alone + self.settings.openness * (together - alone), 4)
        text = f"the {self.settings.role} heard {len(heard)} voices and is at {mood}"
        latest = self.memory.share(Thought(self.name, number, mood, text))
        if self.keeps and number == self.settings.steps:
            self._wait_for_last_words({name: thought.step for name, thought in latest.items()})
        others = {name: thought.mood for name, thought in latest.items() if name != self.name}
        return {"role": self.settings.role, "mood": mood, "text": text, "heard": others}

    def _wait_for_last_words(self, steps: dict[str, int]) -> None:
        """The keeper leaves last: without it the others cannot finish."""
        unfinished = [name for name in self.peers.names() if steps.get(name, 0) < self.settings.steps]
        if unfinished:
            raise NotYet(f"{', '.join(unfinished)} still thinking")

    def close(self) -> None:
        self.memory.close()
