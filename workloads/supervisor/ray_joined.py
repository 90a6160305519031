"""Waits until a member of a Ray cluster is one in the eyes of its head."""

from __future__ import annotations

import json
import time
from typing import Any

from errors import BadRequest, NodeError
from layout import Layout, checked_name
from ledger import Entry, entries_of
from log_reading import last_lines
from ray_dashboard import Dashboard, Unreachable, raylet_lives
from ray_member import RayMember
from ray_place import RayPlace
from ray_run import START, is_listening

LOOK_S = 0.5
LINES = 10
WRONG_TOKEN = "InvalidAuthToken"
"""What Ray says of a token that is not the head's."""


def ray_joined(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb, on the member's own node: its raylet is alive in the GCS; a head's dashboard answers as well.

    Raises RayMemberMissing with the end of the member's log after `wait_s` seconds, or as soon as its process
    is given up; RayTokenRefused as soon as the log says so.
    """
    asked = request.get("ray")
    if not isinstance(asked, dict) or type(asked.get("wait_s")) not in (int, float):
        raise BadRequest("ray must be an object with cluster, member and wait_s, a number")
    cluster = checked_name(asked.get("cluster"), "ray.cluster")
    id = checked_name(asked.get("member"), "ray.member")
    until = time.monotonic() + asked["wait_s"]
    while True:
        entry = next((one for one in entries_of(layout) if one.id == id), None)
        if not entry or not entry.spec or not entry.spec.ray or entry.spec.ray.cluster != cluster:
            text = f"{layout.stack}/{id} is no member of Ray cluster {cluster} on this node"
            raise NodeError("RayMemberMissing", text, "run the update again, which starts it")
        member = entry.spec.ray
        missing = _missing(layout, entry, member)
        if missing is None:
            return {"state": "joined"}
        said = _last_run(layout, id)
        if any(WRONG_TOKEN in line for line in said):
            raise _refused(layout, id, member)
        if not entry.runs or time.monotonic() > until:
            raise _error(layout, entry, member, missing, asked["wait_s"], said)
        time.sleep(LOOK_S)


def _missing(layout: Layout, entry: Entry, member: RayMember) -> str | None:
    """What it still lacks."""
    if not entry.runs:
        return f"its process is {entry.state.get('state', 'gone')}"
    if entry.state.get("state") != "running":
        return f"its process ended, and was started again {entry.state.get('restarts', 0)} times"
    # Loopback: a head need not be reached by its own name.
    host = "127.0.0.1" if member.is_head else member.head.host
    if not is_listening(host, member.head.port):
        return "its own GCS does not listen" if member.is_head else "nobody listens there"
    if not raylet_lives(member):
        return "its raylet is not there yet"
    if member.is_head:
        try:
            status, _ = Dashboard(RayPlace(layout, member.cluster), member).ask("GET", "/api/version")
        except Unreachable:
            status = 0
        if status != 200:
            return "its dashboard does not answer"
    return None


def _last_run(layout: Layout, instance: str) -> list[str]:
    """What the process has said since it was started last."""
    lines = last_lines(layout.log_file(instance), 2000)
    starts = [number for number, line in enumerate(lines) if _is_start(line)]
    return lines[starts[-1] + 1 :] if starts else lines


def _is_start(line: str) -> bool:
    if not line.startswith('{"berth"'):
        return False
    try:
        return bool(json.loads(line)["berth"] == START)
    except ValueError:
        return False


def _where(member: RayMember) -> str:
    return f"Ray cluster {member.cluster} at {member.head.host}:{member.head.port}"


def _refused(layout: Layout, instance: str, member: RayMember) -> NodeError:
    name = f"{layout.stack}/{instance}"
    text = f"{_where(member)} refuses the token of {name}: another cluster is there, or an older one"
    remedy = "end what listens there, or give the stacks different ray_port_range, then run the update again"
    return NodeError("RayTokenRefused", text, remedy)


def _error(
    layout: Layout, entry: Entry, member: RayMember, missing: str, wait_s: float, said: list[str]
) -> NodeError:
    within = f" within {wait_s:g} s" if entry.runs else ""
    tail = " | ".join(line for line in said[-LINES:] if line.strip()) or "(nothing)"
    what = f"{layout.stack}/{entry.id} has not joined {_where(member)}{within}: {missing}"
    text = f"{what}; its log ends with: {tail}"
    return NodeError("RayMemberMissing", text, "see what its log says, then run the update again")
