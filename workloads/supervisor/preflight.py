"""Makes a node ready for a stack, or says everything that speaks against it and leaves it untouched."""

from __future__ import annotations

import os
import shutil
from typing import Any

from amounts import in_gb
from atomic_file import write_json
from errors import BadRequest, NodeError, refuse_if_any
from facts import measure, nearest_existing
from install import install
from isolation import unavailable
from layout import Layout
from node_lock import node_lock
from notes import notes
from owner import check_owner, claim

TOLERANCE = 1.03
"""Real and declared sizes differ a little: firmware keeps some RAM, a GB is not a GiB."""
DISK_NEEDED_BYTES = 64 * 10**6
"""Enough for the supervisor's own files and some log."""


def preflight(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: compares the node with its description, takes ownership of the stack, installs the program."""
    if not isinstance(request.get("program"), dict) or not isinstance(request.get("node"), dict):
        raise BadRequest("preflight needs the program and the node, both objects")
    real = measure(layout.work_dir)
    refuse_if_any([*_differences(request["node"], real), *_shortcomings(layout, request, real)])
    made = [str(path) for path in layout.berth.parents if not path.exists()]
    with node_lock(layout.berth, f"preflight of {layout.stack}", create=True):
        if made:
            write_json(layout.node_file, {"made": made})  # deepest first, as the last purge removes them
        check_owner(layout, request["owner"])
        for directory in (layout.stack_dir, layout.code, layout.instances, layout.checkpoints):
            directory.mkdir(mode=0o700, exist_ok=True)
        claim(layout, request)
        changed = install(layout, request["program"])
    return {"facts": real, "notes": notes(request, real), "changed": changed}


def _differences(declared: dict[str, Any], real: dict[str, Any]) -> list[NodeError]:
    """Where the machine is less than its description. What it has more is not used."""
    name = declared.get("name")
    problems = []

    def less(error: str, key: str, what: str, text: Any, tolerance: float = 1.0) -> None:
        if declared.get(key) and declared[key] > real[key] * tolerance:
            difference = f"{text(declared[key])} {what}, and has {text(real[key])} ({real['source']})"
            said = f"node {name} is declared with {difference}"
            problems.append(NodeError(error, said, "correct the cluster file"))

    less("RamLessThanDeclared", "ram_bytes", "of RAM", in_gb, TOLERANCE)
    less("DiskLessThanDeclared", "disk_bytes", "of disk", in_gb, TOLERANCE)
    less("CoresLessThanDeclared", "cpu_cores", "CPU cores", str)
    if declared.get("arch") and declared["arch"] != real["arch"]:
        said = f"node {name} is declared as {declared['arch']}, and is {real['arch']} ({real['source']})"
        problems.append(NodeError("ArchDiffers", said, "correct the cluster file"))
    return problems


def _shortcomings(layout: Layout, request: dict[str, Any], real: dict[str, Any]) -> list[NodeError]:
    problems = []
    name = request["node"].get("name")
    if request["node"].get("isolated") is True and not real["network_namespaces"]:
        problems.append(unavailable("isolated instances are to run", f"node {name}"))
    if not shutil.which("rsync"):
        problems.append(
            NodeError("RsyncMissing", f"node {name} has no rsync", "type there  sudo apt-get install rsync")
        )
    if real["disk_free_bytes"] < DISK_NEEDED_BYTES:
        left = in_gb(real["disk_free_bytes"])
        text = (
            f"node {name} has {left} of disk left in {layout.work_dir}, and needs {in_gb(DISK_NEEDED_BYTES)}"
        )
        problems.append(NodeError("DiskFull", text, "make room there"))
    places = [
        nearest_existing(layout.stack_dir),
        *(one for one in (layout.work_dir, layout.all_logs, layout.logs) if one.exists()),
    ]
    for place in places:
        if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
            text = f"node {name} does not let this login write in {place}"
            problems.append(
                NodeError(
                    "WorkDirNotWritable",
                    text,
                    f"change who owns it, or remote_work_dir of {name} in the cluster file",
                )
            )
            break
    else:
        try:
            check_owner(layout, request["owner"])
        except NodeError as problem:
            problems.append(problem)
    return problems
