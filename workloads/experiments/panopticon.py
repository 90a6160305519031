"""PANOPTICON: an observer watches the vital signs of a subject, which feels that it is being watched."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from resource import getpagesize
from threading import Lock
from typing import Any, Callable

from experiment import Experiment, Facts, NotYet
from json_lines import Server
from peers import Peers
from settings import Fraction, Settings, SettingsFile
from surroundings import Surroundings

VITAL_SIGNS = ("step", "memory_bytes", "memory_pressure", "stress")


def panopticon(file: SettingsFile, here: Surroundings) -> Experiment:
    """Takes the role that the file names."""
    return file.choose("role", ROLES)(file, here)


@dataclass(frozen=True)
class SubjectSettings(Settings):
    role: str
    hoard_mb: int
    """RAM at which its memory is full, in 10^6 bytes on top of hold_mb: it forgets all and starts again."""
    hoard_mb_per_step: int
    calm: Fraction
    """How much of its stress stays from one step to the next."""


class Subject(Experiment):
    """Hoards memories until they overflow; a full memory and being looked at are its stress."""

    def __init__(self, file: SettingsFile, here: Surroundings) -> None:
        self.settings: SubjectSettings = file.check(SubjectSettings)
        self._hoard = b""
        self._vital_signs: Facts = {}
        self._looks = 0
        self._looking = Lock()
        self._server = Server(here.with_peers()[1], self._look)

    def step(self, number: int, before: Facts) -> Facts:
        """Live through one step and show how it went."""
        full = self.settings.hoard_mb
        hoarded = number * self.settings.hoard_mb_per_step % (full + 1)
        self._hoard = b"\x01" * (hoarded * 1_000_000)
        with self._looking:
            looks, self._looks = self._looks, 0
        pressure = round(hoarded / full, 4) if full else 0
        strain = (pressure + (1 if looks else 0)) / 2
        stress = round(self.settings.calm * before.get("stress", 0) + (1 - self.settings.calm) * strain, 4)
        facts = {"memory_bytes": resident_bytes(), "memory_pressure": pressure, "stress": stress}
        self._vital_signs = {"step": number, **facts}
        return {"looks": looks, **facts}

    def close(self) -> None:
        self._server.close()

    def _look(self, _question: Any) -> Facts:
        with self._looking:
            self._looks += 1
        return self._vital_signs


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


@dataclass(frozen=True)
class ObserverSettings(Settings):
    role: str
    subject: str
    """The instance it watches."""
    alarm: Fraction
    """The stress from which on it raises the alarm."""


class Observer(Experiment):
    """Records what it sees, and also when it sees nothing."""

    def __init__(self, file: SettingsFile, here: Surroundings) -> None:
        self.settings: ObserverSettings = file.check(ObserverSettings)
        self._peers = Peers(here.with_peers()[0])

    def step(self, number: int, before: Facts) -> Facts:
        """One look at the subject."""
        try:
            seen = self._peers.ask(self.settings.subject, "how are you?")
            signs = {sign: seen[sign] for sign in VITAL_SIGNS if math.isfinite(seen[sign])}
            return {"reachable": True, "subject": signs, "alarm": signs["stress"] >= self.settings.alarm}
        except NotYet as unreachable:
            return {"reachable": False, "reason": str(unreachable)}
        except (TypeError, KeyError, OverflowError):
            return {"reachable": False, "reason": f"{self.settings.subject} shows no vital signs"}


ROLES: dict[str, Callable[[SettingsFile, Surroundings], Experiment]] = {
    "subject": Subject,
    "observer": Observer,
}
