"""The loop over the inputs: each is acknowledged once its effect is kept, and has its effect once."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

from checkpoint import Checkpoint
from crew import Crew
from once import StateLost
from outcome import Outcome
from ray.exceptions import GetTimeoutError, ObjectLostError, RayActorError
from signals import Input, InputError

LOST = (StateLost, RayActorError, ObjectLostError, GetTimeoutError)
"""Ends of an actor, a node or a connection: what was lost is done again from the last checkpoint."""
PATIENCE_SECONDS = 300.0
RETRY_SECONDS = 0.2


class Stuck(Exception):
    """No answer for as long as we are patient; its text is one line for the person who runs the program."""


class Pipeline:
    """One life of a run."""

    def __init__(self, crew: Crew, checkpoint: Checkpoint, outcome: Outcome) -> None:
        self._crew, self._checkpoint = crew, checkpoint
        self.outcome = outcome
        self.restarts: Counter[str] = Counter()
        """Of actors, by name, as far as they were seen."""
        self.lives: dict[str, str] = {}
        """Of the actors, as they were seen last."""
        self._is_in_doubt = True

    def run(self, inputs: Iterable[Input], pause_seconds: float = 0.0) -> None:
        """To the end of the inputs, leaving out those that had their effect. Throws InputError, and Stuck."""
        self._say("resumed" if self.outcome.sequence else "started")
        for moment in inputs:
            if moment.sequence <= self.outcome.sequence:
                continue
            if moment.sequence != self.outcome.sequence + 1:
                raise InputError(f"expected input {self.outcome.sequence + 1}, got {moment.sequence}")
            came = self._patiently(moment)
            self.outcome.add(moment.sequence, came)
            self._checkpoint.keep(self.outcome)
            self._say("acknowledged", observed=came.broadcast.observation, action=came.decision.action)
            time.sleep(pause_seconds)
        self._is_in_doubt = True
        self._patiently(None)  # an actor may have been restarted unseen
        self._say("completed")

    def _patiently(self, moment: Input | None) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if self._is_in_doubt:
                    self._notice(self._crew.restore(self.outcome))
                    self._is_in_doubt = False
                return moment and self._crew.think(moment)
            except LOST as error:
                self._is_in_doubt = True
                self._say("recovering", reason=type(error).__name__)
                if time.monotonic() > deadline:
                    raise Stuck(
                        f"input {self.outcome.sequence + 1}: no answer for {PATIENCE_SECONDS:g} s, the last"
                        f" reason was {type(error).__name__}: {error}"
                    ) from error
                time.sleep(RETRY_SECONDS)

    def _notice(self, lives: dict[str, str]) -> None:
        self.restarts.update(name for name, life in self.lives.items() if lives[name] != life)
        self.lives = lives

    def _say(self, event: str, **facts: Any) -> None:
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        print(json.dumps({"t": now, "event": event, "sequence": self.outcome.sequence, **facts}), flush=True)
