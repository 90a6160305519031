"""What this machine really is."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from back_ends import back_end
from graphics import gpus
from isolation import isolation_problem
from layout import Layout
from ledger import Entry, all_entries
from meminfo import meminfo
from memory_use import held_bytes
from notes import notes
from process_tree import PAGE, boot_id
from status import UNWELL, state_of
from thermal import hottest_c

ARCHITECTURES = {"aarch64": "arm64", "x86_64": "amd64"}


def facts(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the facts, what to know about them, who holds what here and who should run but does not."""
    return facts_with(all_entries(layout), layout, request)


def facts_with(entries: list[Entry], layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """The same of a node whose `entries` are known."""
    real = measure(layout.work_dir)
    return {
        "facts": real,
        "gpus": gpus(),
        "notes": notes(request, real),
        "holdings": [_holding(entry) for entry in entries if entry.processes],
        "unwell": [_named(entry, state=state_of(entry)) for entry in entries if state_of(entry) in UNWELL],
    }


def _named(entry: Entry, **facts: Any) -> dict[str, Any]:
    return {"stack": entry.layout.stack, "instance": entry.id, **facts}


def _holding(entry: Entry) -> dict[str, Any]:
    spec = entry.spec
    own = {"cpu_cores": spec.cpu_cores, "gpus": spec.gpus, "devices": spec.devices} if spec else {}
    return {
        **_named(entry, used_bytes=held_bytes(entry)),
        **{key: value for key, value in own.items() if value},
        **({"slots": 0} if spec and spec.slots == 0 else {}),
        "memory_bytes": entry.spec.memory_bytes if entry.spec else 0,
        "gpu_memory_bytes": entry.spec.gpu_memory_bytes if entry.spec else 0,
        "port": entry.spec.held_port if entry.spec else None,
    }


def measure(work_dir: Path) -> dict[str, Any]:
    """Measured facts. An unprivileged lab node cannot be what it claims: its lab overrides some."""
    memory = meminfo()
    disk = os.statvfs(nearest_existing(work_dir))
    system = os.uname()
    keeper = back_end()
    measured: dict[str, Any] = {
        "hostname": system.nodename,
        "boot_id": boot_id(),
        "ram_bytes": memory["MemTotal"],
        "mem_available_bytes": memory["MemAvailable"],
        "cpu_cores": os.cpu_count(),
        "load_1m": os.getloadavg()[0],
        "temperature_c": hottest_c(),
        "arch": ARCHITECTURES.get(system.machine, system.machine),
        "disk_bytes": disk.f_blocks * disk.f_frsize,
        "disk_free_bytes": disk.f_bavail * disk.f_frsize,
        "page_size": PAGE,
        "python": ".".join(str(number) for number in sys.version_info[:3]),
        "limit_by": keeper.limit_by,
        "limit_why": "; ".join(keeper.why),
        "network_namespaces": isolation_problem() is None,
        "source": "measured",
    }
    declared = os.environ.get("BERTH_LAB_FACTS")
    if declared:
        # As full as this computer is: its own bytes mean nothing beside a declared size.
        share = memory["MemAvailable"] / memory["MemTotal"]
        measured["source"] = "declared by the lab"
        measured.update(json.loads(Path(declared).read_text(encoding="utf-8")))
        measured["mem_available_bytes"] = int(share * measured["ram_bytes"])
    return measured


def nearest_existing(path: Path) -> Path:
    """`path`, or the lowest of its parents that exists."""
    return next(one for one in (path, *path.parents) if one.exists())
