"""Takes an experiment through its steps at its pace, each kept before the next."""

from __future__ import annotations

import json
import signal
from functools import partial
from typing import Any, Callable, TypeVar

from experiment import Experiment, Facts, NotYet
from journal import Journal, now

STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.1, 2.0
Answer = TypeVar("Answer")


class Stopped(Exception):
    """Told to stop, by a signal."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.exit_code = 128 + signal_number


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

    def __init__(self, experiment: Experiment, journal: Journal) -> None:
        self.experiment, self.journal = experiment, journal
        self.done = 0

    def to_the_end(self) -> int:
        """The exit code: 0 when all steps are done, 128 + signal when told to stop."""
        settings = self.experiment.settings
        held = b"\x01" * (settings.hold_mb * 1_000_000)
        try:
            self.done, facts = self._patiently(self.journal.last)
            self._say("resumed" if self.done else "started", held_bytes=len(held))
            while settings.steps == 0 or self.done < settings.steps:
                facts = self._next(facts)
                if self.done != settings.steps:
                    pause(settings.step_seconds)
            self._say("completed")
            return 0
        except Stopped as stopped:
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
