"""systemd as the keeper of supervisors: a transient unit each, whose processes and memory it holds as one.

A unit's name is fixed, so that nothing runs twice. Nothing of an instance is in it, only where its files are.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from errors import NodeError
from memory_group import group_of
from memory_limit import OVERHEAD_BYTES, assert_limit

RUNNING = Path("/run/systemd/system")
"""There when systemd is this machine's first process."""
PATIENCE_S = 5.0
"""How long systemd may take to forget a unit that has ended."""
TRIAL = "import os; print(os.getpid(), flush=True); input()"


def manager() -> tuple[list[str], str]:
    """The flags that address a systemd which holds this login's units to their memory; none, and why."""
    if not RUNNING.is_dir():
        return [], "no systemd: it is not the first process here"
    if os.geteuid() == 0:
        return ["--system"], ""
    refused = _refusal(["--system", f"--uid={os.geteuid()}"])
    if not refused:
        return ["--system", f"--uid={os.geteuid()}"], ""
    os.environ.setdefault("XDG_RUNTIME_DIR", f"/run/user/{os.geteuid()}")
    if _ask(["loginctl", "show-user", str(os.geteuid()), "--property=Linger", "--value"]) != "yes":
        text = f"no systemd: it does not start units for this login ({refused}), and one of the login's own"
        return [], f"{text} would end with its last session (sudo loginctl enable-linger lets it stay)"
    own_refused = _refusal(["--user"])
    if not own_refused:
        return ["--user"], ""
    return [], f"no systemd: {refused}; and the login's own: {own_refused}"


def start_unit(
    flags: list[str],
    unit: str,
    program: list[str],
    variables: dict[str, str],
    stderr: Path,
    limit_bytes: int,
    grace_s: float,
) -> int:
    """Runs a supervisor as `unit`; returns its pid, 0 when it has ended already. Raises UnitRefused."""
    properties = [
        f"MemoryMax={limit_bytes + OVERHEAD_BYTES}",
        "MemorySwapMax=0",
        "Delegate=memory",
        # An instance is killed in a group of its own, below: its supervisor lives on and says so.
        "OOMPolicy=continue",
        "KillMode=control-group",
        f"TimeoutStopSec={grace_s + 5}",
        f"StandardError=append:{stderr}",
    ]
    shown = [f"--setenv={name}={value}" for name, value in variables.items()]
    # systemd puts variables into arguments; two dollars are one.
    words = [word.replace("$", "$$") for word in program]
    named = [f"--unit={unit}", "--service-type=exec", "--description=An instance of Berth"]
    started = subprocess.run(
        [*_systemd_run(flags, properties), *named, *shown, "--", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    if started.returncode:
        said = " ".join(started.stderr.split())
        text = f"systemd does not start {unit}: {said}"
        raise NodeError("UnitRefused", text, "see  systemctl status  on this node")
    return int(_ask(["systemctl", *flags[:1], "show", "--property=MainPID", "--value", unit]) or 0)


def end_units(pattern: str) -> None:
    """Ends the units of this name or pattern, with all in them; waits until systemd knows none any more."""
    if not RUNNING.is_dir():
        return
    for scope in ("--system",) if os.geteuid() == 0 else ("--system", "--user"):
        units = _known(scope, pattern)
        if units:  # at most the unit's TimeoutStopSec
            _ask(["systemctl", scope, "--no-ask-password", "stop", *units])
        until = time.monotonic() + PATIENCE_S
        while units:
            if time.monotonic() > until:
                text = f"systemd does not end {', '.join(units)}"
                raise NodeError("StillRunning", text, "see  systemctl status  on this node")
            _ask(["systemctl", scope, "--no-ask-password", "reset-failed", *units])
            time.sleep(0.05)
            units = _known(scope, pattern)


def _known(scope: str, pattern: str) -> list[str]:
    listed = _ask(["systemctl", scope, "list-units", "--all", "--plain", "--no-legend", "--full", pattern])
    return [line.split()[0] for line in listed.splitlines()]


def _refusal(flags: list[str]) -> str:
    """Why a unit is not started, or not held to its memory, found by trying; empty when it is."""
    properties = ["Delegate=memory", f"MemoryMax={OVERHEAD_BYTES}"]
    trial = subprocess.Popen(
        [*_systemd_run(flags, properties), "--pipe", "--wait", sys.executable, "-Ic", TRIAL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert trial.stdin and trial.stdout
    pid = trial.stdout.readline()
    try:
        group = group_of(int(pid)) if pid else None
        if group:
            assert_limit(group, OVERHEAD_BYTES)
            if not os.access(group.path, os.W_OK):
                return f"{group.path} is not given to this login"
    except (NodeError, OSError) as problem:
        return str(problem)
    finally:
        _, said = trial.communicate()
    if not pid:
        return " ".join(said.split()) or "systemd-run failed"
    return "" if group else "it has no memory group"


def _systemd_run(flags: list[str], properties: list[str]) -> list[str]:
    asked = [f"--property={one}" for one in properties]
    return ["systemd-run", *flags, "--no-ask-password", "--quiet", "--collect", *asked]


def _ask(command: list[str]) -> str:
    """What it says; nothing when it fails."""
    nowhere = subprocess.DEVNULL
    return subprocess.run(
        command, stdin=nowhere, stdout=subprocess.PIPE, stderr=nowhere, text=True
    ).stdout.strip()
