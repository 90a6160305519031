"""An experiment's JSON file, checked."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NewType, TypeVar, get_type_hints


class SettingsError(Exception):
    """A mistake in what the experiment was told; its text is one line for the person who wrote it."""


@dataclass(frozen=True)
class Settings:
    """What every experiment's JSON says. A kind adds its own fields in a subclass."""

    kind: str
    step_seconds: float
    """Pause after each step."""
    steps: int
    """How many steps there are in all; 0 = for ever."""
    hold_mb: int
    """RAM really held, in 10^6 bytes, whatever the scenario claims for the instance."""


Fraction = NewType("Fraction", float)
EXPECTED: dict[Any, str] = {
    str: "a text",
    int: "a whole number ≥ 0",
    float: "a number ≥ 0",
    Fraction: "a number from 0 to 1",
}
AnySettings = TypeVar("AnySettings", bound=Settings)


@dataclass(frozen=True)
class SettingsFile:
    """The JSON object as it stands in the file; `check` makes settings of it."""

    path: str
    values: dict[str, Any]

    @staticmethod
    def read(path: str) -> SettingsFile:
        """Throws SettingsError when there is no such file, or no JSON object in it."""
        try:
            values = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{path}: {error}") from error
        if not isinstance(values, dict):
            raise SettingsError(f"{path}: expected a JSON object")
        return SettingsFile(path, values)

    def choose(self, key: str, known: dict[str, AnyChoice]) -> AnyChoice:
        """What `key` names among the known; throws SettingsError."""
        value = self.values.get(key)
        if not isinstance(value, str) or value not in known:
            got = f"{json.dumps(value)} is not known" if key in self.values else "missing"
            raise SettingsError(f"{self.path}: {key}: {got}, expected one of: {', '.join(sorted(known))}")
        return known[value]

    def check(self, settings: type[AnySettings]) -> AnySettings:
        """The file as `settings`; throws SettingsError naming every missing, wrong and unknown key."""
        types = get_type_hints(settings)
        names = [field.name for field in fields(settings)]
        missing = [name for name in names if name not in self.values]
        problems = [f"{name}: missing, expected {EXPECTED[types[name]]}" for name in missing]
        for name, value in self.values.items():
            if name not in names:
                problems.append(f"{name}: unknown key")
            elif not _fits(value, types[name]):
                problems.append(f"{name}: expected {EXPECTED[types[name]]}, got {json.dumps(value)}")
        if problems:
            raise SettingsError(f"{self.path}: {'; '.join(problems)}")
        return settings(**self.values)


AnyChoice = TypeVar("AnyChoice")


def _fits(value: object, wanted: Any) -> bool:
    if wanted is str:
        return isinstance(value, str) and value != ""
    number = int if wanted is int else (int, float)
    limit = 1 if wanted is Fraction else sys.float_info.max
    return isinstance(value, number) and not isinstance(value, bool) and 0 <= value <= limit
