"""The world: agents who meet a new opponent each step, in a prisoner's dilemma, knowing its last move."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from chance import MOVES, POLICIES, draws
from matching import opponents
from policies import COOPERATE, GAINS, ONE, OUTCOMES, PAYOFFS
from policies import POLICIES as KINDS

RULES = 1
"""Number of the rules of the world: other rules make other results, and never go on from these."""
BLOCK = 256
"""Agents are handed out in blocks of this many."""
Integers = npt.NDArray[np.int32]
Moves = npt.NDArray[np.uint8]
Points = npt.NDArray[np.int64]
Tally = npt.NDArray[np.int64]
"""How many agents had which outcome, by policy: a row for each of KINDS, a column for each of OUTCOMES."""


TALLY_SHAPE = (len(KINDS), len(OUTCOMES))


@dataclass(frozen=True)
class World:
    """All that a run's result hangs on, besides its number of steps."""

    agents: int
    """Even, so that everybody has an opponent."""
    seed: int
    shares: tuple[int, ...] = (1, 1, 1, 1, 1)
    """How many of the agents follow each of KINDS, as proportions."""
    noise: int = ONE // 100
    """The probability of a slip, a move that is the opposite of the one meant; in 65536ths."""

    @property
    def name(self) -> str:
        """Of its files: no other world has it."""
        return hashlib.sha256(f"{RULES} {self}".encode()).hexdigest()[:12]

    def kinds(self, first: int, last: int) -> npt.NDArray[np.uint8]:
        """Which of KINDS each agent follows, drawn by the seed."""
        drawn = draws(self.seed, POLICIES, 0, first, last - first) % np.uint32(sum(self.shares))
        return np.searchsorted(np.cumsum(self.shares), drawn, side="right").astype(np.uint8)

    def first_trust(self, kinds: npt.NDArray[np.uint8]) -> Integers:
        """How agents begin: probabilities of cooperating, after a defection (row 0) and after cooperation."""
        table = np.array([[kind.after_defection, kind.after_cooperation] for kind in KINDS], dtype=np.int32)
        return np.ascontiguousarray(table[kinds].T)


class Batch:
    """Consecutive agents of a world. A step is `settle` for the one before, then `decide`."""

    def __init__(self, world: World, first: int, last: int, trust: Integers, points: Points) -> None:
        self.world, self.first, self.last = world, first, last
        self.trust, self.points = trust.copy(), points.copy()
        kinds = world.kinds(first, last)
        self._rows = kinds.astype(np.intp) * len(OUTCOMES)
        self._learners = np.flatnonzero(np.array([kind.learns for kind in KINDS])[kinds])
        self._played: tuple[npt.NDArray[np.intp], Moves, Moves] | None = None

    def decide(self, step: int, record: Moves) -> Moves:
        """The moves of a step; `record` has what everybody played in the step before."""
        world, count = self.world, self.last - self.first
        met = opponents(world.agents, world.seed, step, self.first, self.last)
        known = record[met]
        drawn = draws(world.seed, MOVES, step, self.first, count)
        moves = (drawn & 0xFFFF) < np.where(known, self.trust[1], self.trust[0])
        moves ^= (drawn >> 16) < world.noise
        played = moves.view(np.uint8)
        self._played = met, known, played
        return played

    def settle(self, record: Moves) -> Tally:
        """What the decided step brings, now that `record` has what everybody played in it."""
        tally = np.zeros(TALLY_SHAPE, dtype=np.int64)
        if self._played is None:
            return tally
        (met, known, own), self._played = self._played, None
        outcomes = 2 * own.astype(np.intp) + record[met]
        self.points += np.array(PAYOFFS)[outcomes]
        self._learn(known, own, outcomes)
        return tally + np.bincount(self._rows + outcomes, minlength=tally.size).reshape(TALLY_SHAPE)

    def _learn(self, known: Moves, own: Moves, outcomes: npt.NDArray[np.intp]) -> None:
        """Who got more than it hoped for will rather do the same again, who got less will rather not."""
        learners = self._learners
        row, gains = known[learners], np.array(GAINS, dtype=np.int32)[outcomes[learners]]
        cooperated = own[learners] == COOPERATE
        trust = self.trust[row, learners]
        same = np.where(cooperated, trust, ONE - trust)
        same += (np.where(gains > 0, ONE - same, same) * gains) >> 16
        self.trust[row, learners] = np.where(cooperated, same, ONE - same)
