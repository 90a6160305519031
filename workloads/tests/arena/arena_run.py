"""A run of the arena within the test's process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checkpoints import Checkpoints
from crew import Answer, Crew, LocalCrew, MembersLost
from metrics_file import MetricsFile
from state import State
from tournament import Tournament
from world import World

WORLD = World(agents=5000, seed=3)
STEPS = 50
DIGEST = "3def987858d0b159a834a9c5353f389b059e785a593841faac286edc84e0da94"
"""Of WORLD after STEPS, on any computer."""


@dataclass
class ArenaRun:
    """With checkpoints in a folder, if any; `said` has the events."""

    folder: Path | None = None
    crew: Crew = field(default_factory=lambda: LocalCrew(WORLD))
    every: int = 8
    said: list[dict[str, Any]] = field(default_factory=list)

    def say(self, event: str, **facts: Any) -> None:
        self.said.append({"event": event, **facts})

    def to(self, steps: int, world: World = WORLD) -> State:
        metrics = MetricsFile(self.folder and self.folder / "metrics.jsonl")
        checkpoints = Checkpoints(self.folder, world, self.say)
        self.tournament = Tournament(world, self.crew, checkpoints, metrics, self.say, self.every)
        return self.tournament.to_the_end(steps)

    def files(self) -> list[str]:
        assert self.folder
        return sorted(path.name.partition("-")[2] or path.name for path in self.folder.iterdir())


class FailingCrew(LocalCrew):
    """Loses members at given calls, and is as large as said afterwards."""

    def __init__(self, sizes: dict[int, int], grows: dict[int, int] | None = None) -> None:
        super().__init__(WORLD, 4)
        self._sizes, self._grows = dict(sizes), dict(grows or {})
        self.calls = 0

    def step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        self.calls += 1
        answers = super().step(number, record, keep)  # those who live have done the step: it must not count
        if self.calls in self._sizes:
            self._be(self._sizes[self.calls])
            raise MembersLost(f"call {self.calls}")
        return answers

    def mend(self) -> None:
        pass

    def reinforce(self) -> bool:
        due = [calls for calls in self._grows if calls <= self.calls]
        for calls in due:
            self._be(self._grows.pop(calls))
        return bool(due)

    def _be(self, size: int) -> None:
        self.__dict__["_members"] = LocalCrew(WORLD, size).__dict__["_members"]
