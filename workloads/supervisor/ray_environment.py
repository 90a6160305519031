"""The Python environment of a Ray cluster on one node, and its token: made once, anew when others are asked.

It belongs to the cluster: no other cluster, stack or program of the machine sees it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

from atomic_file import read_json, write_json, write_text
from ending import end_instances
from errors import BadRequest, NodeError
from layout import Layout, checked_name
from ledger import entries_of
from node_lock import node_lock
from owner import check_owner
from ray_install import install_ray, node_python, python_version
from ray_member import RayMember
from ray_place import RayPlace
from ray_redis import make_redis
from records import checked
from removal import remove_tree

COMPLETE = "berth.json"
"""The last file of an environment: one that lacks it was interrupted."""


@dataclass(frozen=True)
class Expected:
    """What the head has: Ray refuses members whose Python differs, be it in the last number."""

    python: str
    ray: str


@dataclass(frozen=True)
class Environment:
    """The `ray` of a request."""

    cluster: str
    version: str
    token: str
    python: str | None = None
    """None: the node's own `python3`."""
    requirements: list[str] | None = None
    wheels: str | None = None
    """A folder on the node; None: the package index that the login has set up."""
    redis: bool = False
    expect: Expected | None = None

    @property
    def packages(self) -> list[str]:
        """Ray with what its Jobs API needs, and the rest."""
        return [f"ray[default]=={self.version}", *(self.requirements or [])]


def ray_environment(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the cluster's environment and token are there as asked. One that is as asked is not touched."""
    asked = _environment_of(request.get("ray"))
    place = RayPlace(layout, asked.cluster)
    with node_lock(layout.berth, f"ray-environment of {layout.stack}"):
        check_owner(layout, request["owner"])
        if not layout.program.is_dir():
            raise NodeError("NotInstalled", f"{layout.stack_dir} has no supervisor", "run the update again")
        place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    # It may take minutes: the node is free for others meanwhile, the cluster is not.
    with _alone(place):
        if asked.redis:
            make_redis(place)
        if not place.token_file.exists() or place.token_file.read_text(encoding="utf-8") != asked.token:
            write_text(place.token_file, asked.token)
        folder = place.home / f"venv-{_digest(asked)}"
        made = read_json(folder / COMPLETE)
        is_new = not made
        if is_new:
            _refuse_other_python(layout, asked)
            if folder.exists():
                remove_tree(folder)
            try:
                made = install_ray(folder, asked.packages, asked.python, _wheels(asked))
            except NodeError:
                if folder.exists():
                    remove_tree(folder)
                raise
        if asked.expect and made != vars(asked.expect):
            raise _differ(layout, asked.cluster, asked.expect, made)
        if is_new:
            write_json(folder / COMPLETE, made)
        changed = not place.venv.is_symlink() or os.readlink(place.venv) != folder.name
        if changed:
            _point(place.venv, folder.name)
    return {**made, "changed": changed}


def ray_remove(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: nothing of the cluster is left on this node; its members end first, if they have not yet."""
    ray = request.get("ray")
    cluster = checked_name(ray.get("cluster") if isinstance(ray, dict) else None, "ray.cluster")
    with node_lock(layout.berth, f"ray-remove of {layout.stack}/{cluster}"):
        check_owner(layout, request["owner"], lenient=True)
        place = RayPlace(layout, cluster)
        known = place.home.exists()
        members = [
            one.id
            for one in entries_of(layout)
            if one.spec and one.spec.ray and one.spec.ray.cluster == cluster
        ]
        ended = end_instances(layout, members) if members else 0
        if known:
            remove_tree(place.home)
        if place.home.parent.is_dir() and not any(place.home.parent.iterdir()):
            place.home.parent.rmdir()
        return {"state": "absent", "changed": known or ended > 0}


def shortcomings(layout: Layout, instance: str, member: RayMember) -> list[NodeError]:
    """What would make any run of this member fail."""
    place = RayPlace(layout, member.cluster)
    if place.python.exists() and place.token_file.exists():
        return []
    name = f"{layout.stack}/{instance}"
    text = f"{name} needs the environment of Ray cluster {member.cluster}, and there is none in {place.home}"
    return [NodeError("RayMissing", text, "run the update again, which makes it")]


def _environment_of(value: Any) -> Environment:
    given = dict(value) if isinstance(value, dict) else {}
    if given.get("requirements") == []:
        del given["requirements"]
    nested = {"expect": checked(Expected, given["expect"], "ray.expect")} if given.get("expect") else {}
    asked = checked(Environment, given, "ray", **nested)
    checked_name(asked.cluster, "ray.cluster")
    if not re.match(r"[A-Za-z0-9_-]{16,}\Z", asked.token):
        raise BadRequest("ray.token must be at least 16 letters and digits")
    if any(text.startswith("-") for text in (asked.version, asked.python or "", *(asked.requirements or []))):
        raise BadRequest("ray.version, ray.python and ray.requirements must not start with '-'")
    return asked


def _digest(asked: Environment) -> str:
    """Changes with whatever decides what is in it."""
    wheels = _wheels(asked)
    inputs = [
        asked.packages,
        asked.python or f"{node_python()} {python_version(node_python())}",
        sorted((one.name, one.stat().st_size) for one in wheels.glob("*.whl")) if wheels else None,
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:12]


def _wheels(asked: Environment) -> Path | None:
    if asked.wheels is None:
        return None
    folder = Path(os.path.expanduser(asked.wheels))
    if not any(folder.glob("*.whl")):
        text = f"there is no wheel in {folder} on this node"
        raise NodeError("WheelsMissing", text, "copy the wheels there, or leave  wheels  out of the scenario")
    return folder


def _refuse_other_python(layout: Layout, asked: Environment) -> None:
    """Before minutes are spent on an environment that does not fit. Another one may still be downloaded."""
    if asked.expect and asked.python is None:
        own = {"python": python_version(node_python()), "ray": asked.version}
        if own != vars(asked.expect):
            raise _differ(layout, asked.cluster, asked.expect, own)


def _differ(layout: Layout, cluster: str, head: Expected, own: dict[str, Any]) -> NodeError:
    text = (
        f"the head of Ray cluster {layout.stack}/{cluster} has Ray {head.ray} with Python {head.python}, and"
        f" this node Ray {own['ray']} with Python {own['python']}, which Ray does not let together"
    )
    remedy = f'write  python: "{head.python}"  in the cluster, or give this node the same Python'
    return NodeError("RayVersionsDiffer", text, remedy)


def _point(link: Path, target: str) -> None:
    new = link.with_name(link.name + ".new")
    if new.is_symlink():
        new.unlink()
    new.symlink_to(target)
    os.replace(new, link)


@contextmanager
def _alone(place: RayPlace) -> Iterator[None]:
    """One command at a time makes an environment of this cluster here."""
    lock = os.open(place.home / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
