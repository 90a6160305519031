"""What comes in: inputs of signals, a line of JSON each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("reward", "threat", "social", "novelty")


class InputError(Exception):
    """A mistake in the inputs; its text is one line for the person who wrote them."""


@dataclass(frozen=True)
class Signal:
    """One of those that compete for the workspace."""

    id: str
    kind: str
    """One of KINDS."""
    intensity: float
    """From 0 to 1."""


@dataclass(frozen=True)
class Input:
    """The signals of one moment."""

    sequence: int
    """1, 2, 3 …: who sends an input twice gives it the same number, and it has its effect once."""
    signals: tuple[Signal, ...]

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @staticmethod
    def of(line: str) -> Input:
        """From JSON; throws InputError."""
        try:
            value = json.loads(line.strip())
            signals = tuple(_signal(signal) for signal in value["signals"])
            if type(value["sequence"]) is not int or value["sequence"] < 1:
                raise ValueError(
                    f"sequence: expected a whole number ≥ 1, got {json.dumps(value['sequence'])}"
                )
        except KeyError as error:
            raise InputError(f"{error.args[0]}: missing") from error
        except TypeError as error:
            raise InputError(
                f"expected a JSON object with sequence and signals, got {line.strip()}"
            ) from error
        except ValueError as error:
            raise InputError(str(error)) from error
        return Input(value["sequence"], signals)


def _signal(value: dict[str, Any]) -> Signal:
    identity, kind, intensity = value["id"], value["kind"], value["intensity"]
    if kind not in KINDS:
        raise ValueError(f"kind: expected one of {', '.join(KINDS)}, got {json.dumps(kind)}")
    if type(intensity) not in (int, float) or not 0 <= intensity <= 1:
        raise ValueError(f"intensity: expected a number from 0 to 1, got {json.dumps(intensity)}")
    return Signal(str(identity), kind, float(intensity))
