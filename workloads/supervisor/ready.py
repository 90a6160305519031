"""How a supervisor tells the command that started it, once, how its instance began: through a named pipe.

Whoever started it (that command, or systemd) need not hand it anything.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

LOOK_S = 0.02


class Ready:
    """The supervisor's end."""

    def __init__(self, path: Path) -> None:
        try:
            self.pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            self.pipe = -1  # who started this has given up

    @property
    def awaited(self) -> bool:
        """Whether somebody waits for the first word."""
        return self.pipe >= 0

    def tell(self, state: dict[str, Any]) -> None:
        """Says it, the first time."""
        if self.awaited:
            with suppress(OSError):  # it has given up
                os.write(self.pipe, json.dumps(state).encode() + b"\n")
            os.close(self.pipe)
            self.pipe = -1


def listen(path: Path) -> int:
    """The other end, to be open before the supervisor starts."""
    with suppress(FileNotFoundError):
        path.unlink()
    os.mkfifo(path, 0o600)
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def first_word(pipe: int, lives: Callable[[], bool]) -> dict[str, Any] | None:
    """What the supervisor says; None when it ends without a word."""
    said = b""
    while not said.endswith(b"\n"):
        alive = lives()
        try:
            more = os.read(pipe, 65536)
        except BlockingIOError:
            more = b""
        if not more and not alive:
            return None
        said += more
        if not more:
            time.sleep(LOOK_S)
    state: dict[str, Any] = json.loads(said)
    return state
