"""Starts the supervisor of an instance, and waits for its first judgement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from atomic_file import write_json
from back_ends import BackEnd, back_end
from ending import end_instances
from errors import NodeError
from hidden import hidden
from layout import Layout
from ledger import remember
from log_reading import last_lines
from process_tree import alive, stat
from ready import first_word, listen
from spec import Limits, Spec
from strays import ROLE, SUPERVISOR, TAG
from units import start_unit


def launch(layout: Layout, spec: Spec, digest: str, limits: Limits) -> dict[str, Any]:
    """Starts an instance that has no entry; returns what its supervisor says. Failing, it leaves no entry."""
    log = layout.log_file(spec.id)
    log_start = log.stat().st_size if log.exists() else 0
    try:
        remember(layout, spec, digest, limits)
        layout.logs.mkdir(parents=True, exist_ok=True)
        if spec.checkpoint:
            layout.checkpoint_dir(spec.id).mkdir(parents=True, exist_ok=True)
        layout.floor_file.touch(mode=0o600)  # who needs it may find the disk full
        state = _supervised(layout, spec)
        if state["state"] == "failed":
            raise _early_exit(layout, spec, state["exit"], last_lines(log, 10, log_start))
        return state
    except BaseException:
        end_instances(layout, [spec.id])
        raise


def _supervised(layout: Layout, spec: Spec) -> dict[str, Any]:
    """Starts a supervisor that outlives this command; waits until it says whether its instance settled."""
    keeper = back_end()
    complaints = layout.instance_dir(spec.id) / "supervisor.log"
    # The login's variables are nobody else's business: they are in no unit, and in no command line.
    write_json(layout.launch_file(spec.id), {"environment": dict(os.environ), "limit_by": keeper.limit_by})
    pipe = listen(layout.ready_pipe(spec.id))
    try:
        supervisor = stat(_start_supervisor(keeper, layout, spec, complaints))
        state = first_word(pipe, lambda: supervisor is not None and alive(supervisor.process))
    finally:
        os.close(pipe)
    if state is None:
        raise _died(f"{layout.stack}/{spec.id}", complaints)
    if state["state"] == "refused":
        raise NodeError(*state["refusal"])
    return state


def _start_supervisor(keeper: BackEnd, layout: Layout, spec: Spec, complaints: Path) -> int:
    """Its pid."""
    file = str(layout.program.resolve() / "supervise.py")
    program = [sys.executable, "-sE", file, str(layout.work_dir), layout.stack, spec.id]
    variables = {TAG: layout.tag(spec.id), ROLE: SUPERVISOR}
    if keeper.limit_by == "systemd":
        unit = f"{layout.unit(spec.id)}.service"
        return start_unit(
            keeper.manager, unit, program, variables, complaints, spec.memory_bytes, spec.ending_s
        )
    with open(complaints, "wb") as stderr:
        return subprocess.Popen(
            program,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **variables},
        ).pid


def _died(name: str, complaints: Path) -> NodeError:
    said = " ".join(last_lines(complaints, 1)) or "(nothing)"
    text = f"the supervisor of {name} ended before its instance ran; its last words: {said}"
    return NodeError("SupervisorDied", text, "run the update again")


def _early_exit(layout: Layout, spec: Spec, exit_record: dict[str, Any], lines: list[str]) -> NodeError:
    how = f"ended with exit code {exit_record['code']}"
    if exit_record["reason"] == "memory-limit":
        how = f"took more than its {spec.memory_bytes} bytes of memory"
    elif exit_record["reason"] == "node-memory-floor":
        how = "gave way because this node had less memory left than its floor"
    elif exit_record["signal"]:
        how = f"was ended by {exit_record['signal']}"
    said = hidden(" | ".join(lines) or "(nothing)", spec.env.values())
    text = f"{layout.stack}/{spec.id} {how} at once; its log ends with: {said}"
    return NodeError("EarlyExit", text, "correct the instance, then run the update again")
