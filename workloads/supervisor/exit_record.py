"""How a run ended, as the state of its instance tells it."""

from __future__ import annotations

import os
import signal
import time
from typing import Any


def exit_record(status: int, reason: str, ran_s: float) -> dict[str, Any]:
    """`status`: as `waitpid` gives it. `reason`: why it was ended; empty, it ended by itself."""
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    name = next((one.name for one in signal.Signals if one == killed), f"signal {killed}") if killed else None
    return {
        "code": None if killed else os.WEXITSTATUS(status),
        "signal": name,
        "reason": reason or ("signal" if killed else "exit"),
        "ran_s": round(ran_s, 3),
        "at": int(time.time()),
    }
