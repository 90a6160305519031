"""Takes an experiment through its steps at its pace, each kept before the next."""

from __future__ import annotations

import json
import signal
from functools import partial
from pathlib import Path
from typing import Any, Callable, TypeVar

from checkpoint import read_checkpoint, write_checkpoint
from experiment import Experiment, Facts, NotYet
from journal import Journal, now

CHECKPOINT_SIGNAL = signal.SIGUSR1
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, CHECKPOINT_SIGNAL}
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 2.0
Answer = TypeVar("Answer")


class Stopped(Exception):
    """Told to stop, by a signal."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.exit_code = 128 + signal_number
        self.wants_checkpoint = signal_number == CHECKPOINT_SIGNAL


def hold_stop_signals() -> None:
    """From now on a stop waits for the next `pause`: no step, commit or log line is ever cut in two."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


def pause(seconds: float) -> None:
    """Sleep; throws Stopped when told to stop, before or meanwhile."""
    received = signal.sigtimedwait(STOP_SIGNALS, seconds)
    if received:
        raise Stopped(received.si_signo)


class Run:
    """One life of an instance."""

    def __init__(self, experiment: Experiment, journal: Journal, checkpoint: Path | None = None) -> None:
        self.experiment, self.journal, self.checkpoint = experiment, journal, checkpoint
        self.done = 0

    def to_the_end(self) -> int:
        """The exit code: 0 when all steps are done, 128 + signal when told to stop or for a checkpoint."""
        settings = self.experiment.settings
        held = b"\x01" * (settings.hold_mb * 1_000_000)
        try:
            if self.checkpoint:
                self._patiently(
                    partial(read_checkpoint, self.journal.database, self.journal.instance, self.checkpoint)
                )
            self.done, facts = self._patiently(self.journal.last)
            self._say("resumed" if self.done else "started", held_bytes=len(held))
            while settings.steps == 0 or self.done < settings.steps:
                facts = self._next(facts)
                if self.done != settings.steps:
                    pause(settings.step_seconds)
            self._say("completed")
            return 0
        except Stopped as stopped:
            return self._stopped(stopped)

    def _stopped(self, stopped: Stopped) -> int:
        """After a checkpoint, if one is wanted: no step is done after it, so that none is lost."""
        if stopped.wants_checkpoint and self.checkpoint:
            file = self.checkpoint
            try:
                self._patiently(partial(write_checkpoint, self.journal.database, self.journal.instance, file))
                self._say("checkpointed")
            except Stopped as impatient:
                stopped = impatient
        self._say("stopped")
        return stopped.exit_code

    def _next(self, before: Facts) -> Facts:
        number = self.done + 1
        facts = self._patiently(partial(self.experiment.step, number, before))
        self._patiently(partial(self.journal.keep, number, facts))
        self.done = number
        self._say("step", **facts)
        return facts

    def _patiently(self, attempt: Callable[[], Answer]) -> Answer:
        reason, wait = "", FIRST_RETRY_SECONDS
        while True:
            try:
                return attempt()
            except NotYet as not_yet:
                if str(not_yet) != reason:
                    reason = str(not_yet)
                    self._say("waiting", reason=reason)
            pause(wait)
            wait = min(2 * wait, LAST_RETRY_SECONDS)

    def _say(self, event: str, **facts: Any) -> None:
        line = {"t": now(), "instance": self.journal.instance, "step": self.done, "event": event, **facts}
        print(json.dumps(line), flush=True)
