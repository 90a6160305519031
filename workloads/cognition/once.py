"""Each effect once, whoever asks how often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class StateLost(Exception):
    """An actor is not where its caller believes: it is a new process, and must be given its state again."""


class Once(Generic[Answer]):
    """Numbers effects and remembers the last answer.

    A call that Ray repeats, because the answer got lost on its way, gets it again and has no second effect.
    """

    def __init__(self) -> None:
        self.sequence = -1
        """Of the last effect; -1 = a new process, which has no state yet."""
        self._answer: Answer | None = None

    def restored(self, sequence: int) -> None:
        """The state is that after the effect `sequence`."""
        self.sequence, self._answer = sequence, None

    def expect(self, sequence: int) -> None:
        """Throws StateLost unless the state is that after the effect `sequence`."""
        if sequence < 0 or self.sequence != sequence:
            raise StateLost(f"at {self.sequence}, expected {sequence}")

    def do(self, sequence: int, effect: Callable[[], Answer]) -> Answer:
        """The effect's answer; throws StateLost unless it is the next one, or the last once more."""
        if sequence == self.sequence and self._answer is not None:
            return self._answer
        self.expect(sequence - 1)
        answer = effect()
        self.sequence, self._answer = sequence, answer
        return answer
