"""Who is on this node, of all stacks: what a coordinator compares with what it knows."""

from __future__ import annotations

from typing import Any

from atomic_file import read_json
from errors import NodeError
from job_records import job_records
from layout import Layout
from ledger import Entry, all_entries
from spec import digest, spec_of
from status import state_of
from strays import tagged


def census(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: every stack's owner, instances, Ray jobs and number of processes; changes nothing.

    `asked` tells what instances of the request's stack were started as: what differs from that is `edited`.
    """
    asked = {one["id"]: one for one in request.get("asked", [])}
    entries = all_entries(layout)
    prefix = f"{layout.berth}/"
    stacks = [found.tag[len(prefix) :].partition("/")[0] for found in tagged(layout.berth)]
    folders = [path.name for path in layout.berth.glob("*/") if not path.name.startswith(".")]
    return {
        "stacks": [
            {
                "stack": name,
                "owner": _owner(Layout(layout.work_dir, name)),
                "processes": stacks.count(name),
                "instances": [
                    _described(entry, asked if name == layout.stack else {})
                    for entry in entries
                    if entry.layout.stack == name
                ],
                "jobs": job_records(Layout(layout.work_dir, name)),
            }
            for name in sorted({*folders, *stacks})
        ]
    }


def _owner(layout: Layout) -> str | None:
    try:
        owner = read_json(layout.owner_file).get("owner")
    except NodeError:
        return None
    return owner if isinstance(owner, str) else None


def _described(entry: Entry, asked: dict[str, Any]) -> dict[str, Any]:
    wanted = asked.get(entry.id)
    edited = wanted is not None and (entry.digest != digest(wanted) or entry.spec != spec_of(wanted))
    return {"id": entry.id, "state": state_of(entry), "edited": edited}
