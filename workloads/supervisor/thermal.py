"""How hot the machine is."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

ZONES = Path("/sys/class/thermal")
COLDEST_C, HOTTEST_C = -40.0, 150.0
"""Beyond these it is no temperature: a Jetson's zone that is switched off says -256."""


def hottest_c(zones: Path = ZONES) -> float | None:
    """Degrees of the hottest zone; None where no zone tells (virtual machines have none)."""
    known = []
    for zone in zones.glob("thermal_zone*/temp"):
        with suppress(OSError, ValueError):  # a zone whose device sleeps answers with an error
            known.append(int(zone.read_text()) / 1000)
    return max((one for one in known if COLDEST_C < one < HOTTEST_C), default=None)
