"""Starts the supervisor of an instance, and waits for its first judgement."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ending import end_instances
from errors import NodeError
from layout import Layout
from ledger import remember
from log_reading import last_lines
from spec import Limits, Spec
from strays import ROLE, SUPERVISOR, TAG

SHORTEST_SECRET = 4
"""Shorter values of variables may stand in a log by chance."""


def launch(layout: Layout, spec: Spec, digest: str, limits: Limits) -> dict[str, Any]:
    """Starts an instance that has no entry; returns what its supervisor says. Failing, it leaves no entry."""
    log = layout.log_file(spec.id)
    log_start = log.stat().st_size if log.exists() else 0
    try:
        remember(layout, spec, digest, limits)
        layout.logs.mkdir(parents=True, exist_ok=True)
        state = _supervised(layout, spec)
        if state["state"] == "failed":
            raise _early_exit(layout, spec, state["exit"], last_lines(log, 10, log_start))
        return state
    except BaseException:
        end_instances(layout, [spec.id])
        raise


def _supervised(layout: Layout, spec: Spec) -> dict[str, Any]:
    """Starts a supervisor that outlives this command; waits until it says whether its instance settled."""
    program = layout.program.resolve() / "supervise.py"
    complaints = layout.instance_dir(spec.id) / "supervisor.log"
    answer, ready = os.pipe()
    with open(answer, "rb") as reader:
        try:
            with open(complaints, "wb") as stderr:
                supervisor = subprocess.Popen(
                    [sys.executable, "-sE", program, layout.work_dir, layout.stack, spec.id, str(ready)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    start_new_session=True,
                    pass_fds=[ready],
                    cwd="/",
                    env={**os.environ, TAG: layout.tag(spec.id), ROLE: SUPERVISOR},
                )
        finally:
            os.close(ready)
        line = reader.readline()
    if line:
        state: dict[str, Any] = json.loads(line)
        return state
    supervisor.wait()
    raise _died(f"{layout.stack}/{spec.id}", complaints)


def _died(name: str, complaints: Path) -> NodeError:
    said = " ".join(last_lines(complaints, 1)) or "(nothing)"
    text = f"the supervisor of {name} ended before its instance ran; its last words: {said}"
    return NodeError("SupervisorDied", text, "run the update again")


def _early_exit(layout: Layout, spec: Spec, exit_record: dict[str, Any], lines: list[str]) -> NodeError:
    how = f"ended with exit code {exit_record['code']}"
    if exit_record["reason"] == "memory-limit":
        how = f"took more than its {spec.memory_bytes} bytes of memory"
    elif exit_record["signal"]:
        how = f"was ended by {exit_record['signal']}"
    said = " | ".join(lines) or "(nothing)"
    for value in sorted(spec.env.values(), key=len, reverse=True):
        if len(value) >= SHORTEST_SECRET:
            said = said.replace(value, "***")
    text = f"{layout.stack}/{spec.id} {how} at once; its log ends with: {said}"
    return NodeError("EarlyExit", text, "correct the instance, then run the update again")
