"""Starts the process of an instance below its supervisor."""

from __future__ import annotations

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Callable

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
OOM_SCORE = b"500"
"""When the machine itself runs out of memory, the kernel takes an experiment before a supervisor or sshd."""


def prctl(option: int, argument: int) -> None:
    """The system call; Python has none of its own."""
    ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)


def spawn(
    command: list[str],
    directory: Path,
    environment: dict[str, str],
    output: int,
    enter: list[Callable[[], None]],
) -> int:
    """Runs `command` in a session of its own, with `output` as stdout and stderr; returns its pid.

    `enter`: what the new process does before, to be held by whatever holds it.

    When it cannot be executed, its log says why and it ends with 127.
    """
    supervisor = os.getpid()
    # A signal that arrives before exec must not be taken for one of the supervisor's.
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    pid = os.fork()
    if pid == 0:
        try:
            _become(command, directory, environment, output, enter, supervisor, signals)
        except BaseException as error:
            os.write(2, f"berth: {command[0]} cannot be run in {directory}: {error}\n".encode())
        finally:
            os._exit(127)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    return pid


def _become(
    command: list[str],
    directory: Path,
    environment: dict[str, str],
    output: int,
    enter: list[Callable[[], None]],
    supervisor: int,
    signals: set[signal.Signals],
) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.setsid()
    # A supervisor that is killed outright takes its experiment along: nobody would watch its memory any more.
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        return
    for step in enter:
        step()
    with suppress(OSError), open("/proc/self/oom_score_adj", "wb") as file:
        file.write(OOM_SCORE)
    for signum in (*signals, signal.SIGPIPE):
        signal.signal(signum, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signals)
    os.chdir(directory)
    os.execvpe(command[0], command, environment)
