"""Makes an instance run as asked, exactly once."""

from __future__ import annotations

import os
import shutil
from typing import Any

from admission import refusals
from code_versions import keep_used
from ending import end_instances
from errors import NodeError, from_system, refuse_if_any
from former import instead
from isolation import isolation_problem, unavailable
from launching import launch
from layout import Layout
from lease import clear_if_over
from ledger import Entry, all_entries, remember
from node_lock import node_lock
from owner import check_owner
from ray_environment import shortcomings
from spec import Spec, digest, limits_of, spec_of


def start(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the instance runs, or has completed, as asked. Again changes nothing; another spec restarts it.

    What can be refused is refused before anything is stopped. A start that fails at once leaves no entry,
    or the version that ran before.
    """
    spec, limits = spec_of(request.get("instance")), limits_of(request.get("node"))
    with node_lock(layout.berth, f"start of {layout.stack}/{spec.id}"):
        check_owner(layout, request["owner"])
        clear_if_over(layout)
        entries = all_entries(layout)
        before = next((entry for entry in entries if entry.layout == layout and entry.id == spec.id), None)
        wanted = digest(request["instance"])
        if before and _is_as_asked(before, wanted):
            if before.limits != limits:
                remember(layout, spec, wanted, limits)
            return _answer(before.state, changed=False)
        others = [entry for entry in entries if entry is not before]
        refuse_if_any(_impossible(layout, spec) + refusals(layout.stack, spec, limits, others))
        end_instances(layout, [spec.id])
        try:
            state = launch(layout, spec, wanted, limits)
        except NodeError as failed:
            raise instead(failed, before, others, limits) from failed
        except OSError as failed:
            raise instead(from_system(failed), before, others, limits) from failed
        keep_used(layout, [spec, *(entry.spec for entry in others if entry.spec and entry.layout == layout)])
        return _answer(state, changed=True)


def _is_as_asked(entry: Entry, wanted: str) -> bool:
    completed = entry.state.get("state") == "completed"
    return entry.digest == wanted and not entry.evicted and (completed or entry.runs)


def _answer(state: dict[str, Any], changed: bool) -> dict[str, Any]:
    return {**{key: state.get(key) for key in ("state", "pid", "restarts")}, "changed": changed}


def _impossible(layout: Layout, spec: Spec) -> list[NodeError]:
    """What would make any run fail."""
    if spec.ray:
        return shortcomings(layout, spec.id, spec.ray)
    name, directory, command = f"{layout.stack}/{spec.id}", spec.directory(layout), spec.program(layout)[0]
    if not directory.is_dir():
        text = f"the code of {name} is not in {directory}"
        return [NodeError("CodeMissing", text, "run the update again, which copies it")]
    if "/" in command:
        found, place = shutil.which(directory / command), str(directory)
    else:
        place = spec.environment(layout, os.environ).get("PATH", os.defpath)
        found = shutil.which(command, path=place)
    problems = []
    if spec.network == "isolated" and isolation_problem():
        problems.append(unavailable(f"{name} is to be isolated", "this node"))
    if found:
        return problems
    text = f"{name} is to run {command}, which cannot be found or not be executed (looked in {place})"
    remedy = "install it on the node, or correct the instance's command"
    return [*problems, NodeError("CommandNotFound", text, remedy)]
