"""The rival without Ray: members in processes of this computer, asked over pipes."""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from checkpoints import Checkpoints
from crew import Answer, Member, NobodyLeft, shares
from metrics_file import MetricsFile
from state import State
from tournament import Tournament
from world import World


class PipesCrew:
    """A process for each member; what a process is lost with it is lost."""

    def __init__(self, world: World, members: int) -> None:
        self._world = world
        self._pipes: list[Connection[Any, Any]] = []
        context = get_context("spawn")
        for _ in range(members):
            ours, theirs = context.Pipe()
            context.Process(target=_serve, args=(world, theirs), daemon=True).start()
            self._pipes.append(ours)

    @staticmethod
    def play(agents: int, seed: int, steps: int, members: int) -> tuple[str, list[float]]:
        """The digest, and the seconds of each step."""
        world = World(agents, seed)
        crew = PipesCrew(world, members)
        tournament = Tournament(
            world, crew, Checkpoints(None, world, _quiet), MetricsFile(None), _quiet, every=steps
        )
        state = tournament.to_the_end(steps)
        for pipe in crew._pipes:
            pipe.send(None)
        return state.digest(), tournament.course.step_seconds

    @property
    def size(self) -> int:
        return len(self._pipes)

    def start(self, state: State) -> None:
        agents = shares(self._world.agents, self.size)
        self._busy = self._pipes[: len(agents)]
        for pipe, (first, last) in zip(self._busy, agents, strict=True):
            pipe.send(("load", (first, last, state.trust[:, first:last], state.points[first:last])))
        for pipe in self._busy:
            pipe.recv()

    def step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        for pipe in self._busy:
            pipe.send(("step", (number, record, keep)))
        return [pipe.recv() for pipe in self._busy]

    def mend(self) -> None:
        raise NobodyLeft("a process that is lost is lost")

    def reinforce(self) -> bool:
        return False


def _serve(world: World, pipe: Connection[Any, Any]) -> None:
    member = Member(world)
    while (question := pipe.recv()) is not None:
        name, words = question
        pipe.send(getattr(member, name)(*words))


def _quiet(event: str, **facts: Any) -> None:
    """Nobody reads along."""
