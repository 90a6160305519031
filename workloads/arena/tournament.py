"""Takes a crew through the steps, checkpoint by checkpoint; back to the last one when members are lost."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from checkpoints import Checkpoints, Say
from crew import Answer, Crew, MembersLost, NobodyLeft
from metrics_file import MetricsFile
from state import State
from world import TALLY_SHAPE, Tally, World

LOSSES = 10
"""So many without a checkpoint in between are too many: it is not chance that ends the members."""


@dataclass
class Course:
    """How a run went."""

    resumed_from: int = 0
    step_seconds: list[float] = field(default_factory=list)
    """Of each barrier: from asking the first member to the answer of the last."""
    checkpoint_seconds: list[float] = field(default_factory=list)
    recoveries: list[dict[str, Any]] = field(default_factory=list)


class Tournament:
    """One run of a world."""

    def __init__(
        self, world: World, crew: Crew, checkpoints: Checkpoints, metrics: MetricsFile, say: Say, every: int
    ) -> None:
        """There is a checkpoint `every` so many steps, and at the end."""
        self.course = Course()
        self._world, self._crew, self._every = world, crew, every
        self._checkpoints, self._metrics, self._say = checkpoints, metrics, say
        self._decided, self._record = 0, b""
        self._trouble: tuple[float, int, str] | None = None

    def to_the_end(self, steps: int) -> State:
        """The state after so many steps; goes on from a checkpoint if there is one. Throws NobodyLeft."""
        state = self._checkpoints.newest(steps) or State.beginning(self._world)
        self.course.resumed_from = state.step
        self._metrics.forget_after(self._checkpoints.last_step())
        self._say("resumed" if state.step else "started", step=state.step, agents=self._world.agents)
        is_shared_out, losses = False, 0
        while state.step < steps:
            try:
                if not is_shared_out:
                    self._share_out(state)
                state, losses = self._to_next_checkpoint(state, steps), 0
                is_shared_out = not self._crew.reinforce()
                if not is_shared_out:
                    self._say("reinforced", step=state.step, members=self._crew.size)
            except MembersLost as lost:
                is_shared_out, losses = False, losses + 1
                self._trouble = self._trouble or (self._asked, self._decided, str(lost))
                self._say("lost", step=self._decided, reason=str(lost), back_to=state.step)
                if losses == LOSSES:
                    raise NobodyLeft(f"members were lost {losses} times since step {state.step}") from lost
                self._crew.mend()
        self._say("completed", step=state.step)
        return state

    def _share_out(self, state: State) -> None:
        self._decided, self._record = state.step, np.packbits(state.record).tobytes()
        self._asked = time.monotonic()
        self._crew.start(state)

    def _to_next_checkpoint(self, state: State, steps: int) -> State:
        tallies: list[Tally] = []
        while True:
            done, record = self._decided, self._record
            is_due = done > state.step and (done % self._every == 0 or done == steps)
            answers = self._step(done + 1, record, is_due)
            if done > state.step:
                tallies.append(_tally(answers))
            if is_due:
                return self._checkpoint(state, done, record, answers, tallies)

    def _step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        self._asked = time.monotonic()
        answers = self._crew.step(number, record, keep)
        now = time.monotonic()
        self.course.step_seconds.append(now - self._asked)
        if self._trouble:
            (since, at, reason), self._trouble = self._trouble, None
            recovery = {"step": at, "seconds": round(now - since, 3), "members": self._crew.size}
            self.course.recoveries.append({**recovery, "reason": reason})
            self._say("recovered", **{**recovery, "step": number})
        self._decided, self._record = number, b"".join(moves for moves, _, _ in answers)
        return answers

    def _checkpoint(
        self, before: State, step: int, record: bytes, answers: list[Answer], tallies: list[Tally]
    ) -> State:
        start = time.monotonic()
        kept = [kept for _, _, kept in answers if kept]
        state = State(
            step=step,
            record=np.unpackbits(np.frombuffer(record, dtype=np.uint8), count=self._world.agents),
            trust=np.concatenate([trust for trust, _ in kept], axis=1),
            points=np.concatenate([points for _, points in kept]),
            last=tallies[-1],
            totals=before.totals + np.sum(tallies, axis=0, dtype=np.int64),
        )
        self._metrics.add(before.step + 1, tallies)
        self._checkpoints.keep(state)
        self.course.checkpoint_seconds.append(time.monotonic() - start)
        return state


def _tally(answers: list[Answer]) -> Tally:
    """Of all members: whole numbers, so their order does not matter."""
    each = [np.frombuffer(tally, dtype=np.int64) for _, tally, _ in answers]
    total: Tally = np.sum(each, axis=0, dtype=np.int64)
    return total.reshape(TALLY_SHAPE)
