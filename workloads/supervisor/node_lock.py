"""One command at a time changes a node, whichever stack it belongs to."""

from __future__ import annotations

import fcntl
import os
import signal
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

from errors import NodeError


@contextmanager
def node_lock(berth: Path, purpose: str, create: bool = False) -> Iterator[None]:
    """Waits for the node until the command's deadline, then raises NodeBusy, naming who has it.

    `create`: makes `berth` first. Who does not ask for that knows that it is there.
    """
    lock = _acquire(berth / ".lock", create)
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{purpose} (process {os.getpid()})".encode(), 0)
    except OSError:
        pass  # the text is only for the one who waits; a full disk must not stop a stop
    try:
        yield
    finally:
        os.close(lock)


def _acquire(path: Path, create: bool) -> int:
    while True:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _wait_for(lock, path)
        # A purge may have removed the file while this command waited: then the lock is no longer the node's.
        try:
            if os.path.samestat(os.stat(path), os.fstat(lock)):
                return lock
        except FileNotFoundError:
            pass
        os.close(lock)


def _wait_for(lock: int, path: Path) -> None:
    def too_late(_signal: int, _frame: Any) -> None:
        holder = os.pread(lock, 200, 0).decode(errors="replace") or "another command"
        raise NodeError(
            "NodeBusy", f"{holder} has held {path} until this command's deadline", "run the update again"
        )

    at_deadline = signal.signal(signal.SIGALRM, too_late)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        signal.signal(signal.SIGALRM, at_deadline)
