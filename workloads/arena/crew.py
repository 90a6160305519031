"""Who does the work of a step: members who own some of the agents each."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

import numpy as np
from state import State
from world import BLOCK, Batch, Integers, Points, World

Kept = tuple[Integers, Points]
Answer = tuple[bytes, bytes, Kept | None]
"""Moves as bits, tally of the step before, and what a checkpoint needs if it was asked for."""


class MembersLost(Exception):
    """Some members do not answer any more: the step did not happen. Its text says who, and the error."""


class NobodyLeft(Exception):
    """There is nobody to go on with; its text is one line for the person who started the run."""


class Crew(Protocol):
    """Members in the order of their agents. What comes out never depends on how many there are."""

    def start(self, state: State) -> None:
        """Share the agents out anew, as they are in `state`. May throw MembersLost."""

    def step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        """Let everybody settle the step before `number` and decide this one. May throw MembersLost."""

    def mend(self) -> None:
        """After MembersLost: have somebody to `start` with again. Throws NobodyLeft."""

    def reinforce(self) -> bool:
        """Whether there are more members than before, who wait for a `start`; takes next to no time."""

    @property
    def size(self) -> int:
        """How many members there are."""


class Member:
    """Owns a batch."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._batch: Batch | None = None

    def load(self, first: int, last: int, trust: Integers, points: Points) -> None:
        """From now on the agents from `first` to `last` (not included) live here."""
        self._batch = Batch(self._world, first, last, trust, points)

    def step(self, number: int, record: bytes, keep: bool) -> Answer:
        """Settle the step before `number`, then decide this one."""
        batch = self._batch
        if batch is None:
            raise RuntimeError("a step before any agents")
        played = np.unpackbits(np.frombuffer(record, dtype=np.uint8), count=self._world.agents)
        tally = batch.settle(played)
        kept = (batch.trust.copy(), batch.points.copy()) if keep else None
        return np.packbits(batch.decide(number, played)).tobytes(), tally.tobytes(), kept


class LocalCrew:
    """All members in this process, one after the other."""

    def __init__(self, world: World, size: int = 1) -> None:
        self._world = world
        self._members = [Member(world) for _ in range(size)]

    @property
    def size(self) -> int:
        return len(self._members)

    def start(self, state: State) -> None:
        agents = shares(self._world.agents, self.size)
        self._busy = self._members[: len(agents)]
        for member, (first, last) in zip(self._busy, agents, strict=True):
            member.load(first, last, state.trust[:, first:last], state.points[first:last])

    def step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        return [member.step(number, record, keep) for member in self._busy]

    def mend(self) -> None:
        raise NobodyLeft("nobody gets lost within a process")

    def reinforce(self) -> bool:
        return False


def shares(agents: int, members: int) -> list[tuple[int, int]]:
    """First and last (not included) agent of each member: whole blocks, as evenly as they go.

    With fewer blocks than members the last members get none, and are left out.
    """
    blocks = -(-agents // BLOCK)
    members = min(members, blocks)
    edges = [min(agents, blocks * member // members * BLOCK) for member in range(members + 1)]
    return list(pairwise(edges))
