"""What every kind of experiment is to the runtime."""

from __future__ import annotations

from typing import Any, Dict

from settings import Settings

Facts = Dict[str, Any]
"""The plain JSON values that one step brought to light."""


class NotYet(Exception):
    """What was tried cannot be done now, and why; nothing was changed: it is tried again a little later."""


class Experiment:
    """Thinks step by step. All it knows lies in the facts of the step before, so it resumes anywhere."""

    settings: Settings

    def step(self, number: int, before: Facts) -> Facts:
        """Do step `number` (from 1) within a second; `before` is empty for the first. May throw NotYet."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of what must not outlive the last step."""
