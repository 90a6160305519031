"""Who is on a node: owners, instances that were edited by hand, processes whose folder is gone."""

from __future__ import annotations

import fcntl
import json
import shutil
from typing import Any

from supervised_node import OWNER, PROGRAM, Node


def census(node: Node, **fields: Any) -> dict[str, Any]:
    return {one["stack"]: one for one in node("census", **fields)["stacks"]}


def test_every_stack_with_its_owner_and_instances(node: Node) -> None:
    other = node.beside("other")
    other.preflight(owner="bob@desk:/home/bob/lab#2")
    node.start("a")
    found = census(node)
    assert found["lab"] == {
        "stack": "lab",
        "owner": OWNER,
        "processes": 2,
        "instances": [{"id": "a", "state": "running", "edited": False}],
        "jobs": [],
    }
    assert (found["other"]["owner"], found["other"]["instances"]) == ("bob@desk:/home/bob/lab#2", [])
    other("purge", owner="bob@desk:/home/bob/lab#2", program=PROGRAM, purge=False)


def test_what_was_started_otherwise_or_edited_on_the_node(node: Node) -> None:
    asked = node.start_request("a")["instance"]
    node.start("a")

    def edited(instance: dict[str, Any]) -> bool:
        found: bool = census(node, asked=[instance])["lab"]["instances"][0]["edited"]
        return found

    assert not edited(asked)
    assert edited({**asked, "memory_bytes": 10**6})
    file = node.stack_dir / "instances" / "a" / "spec.json"
    known = json.loads(file.read_text())
    known["spec"]["command"] = ["true"]
    file.write_text(json.dumps(known))
    assert edited(asked)


def test_processes_whose_folder_somebody_removed(node: Node) -> None:
    node.start("a")
    other = node.beside("second")
    other.preflight()
    shutil.rmtree(node.stack_dir)
    found = census(other)
    assert (found["lab"]["owner"], found["lab"]["processes"] > 0) == (None, True)
    node.purge()
    assert "lab" not in census(other)


def test_ray_jobs_as_their_records_tell_and_whether_anybody_follows_them(node: Node) -> None:
    jobs = node.stack_dir / "ray" / "mind" / "jobs"
    jobs.mkdir(parents=True)
    states = {"asked": "succeeded", "cut": "running", "followed": "running", "sad": "failed"}
    for name, state in states.items():
        (jobs / f"{name}.json").write_text(json.dumps({"state": state}))
        (jobs / f"{name}.lock").touch()
    (jobs / "torn.json").write_text("{")
    with open(jobs / "followed.lock", "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = {one["id"]: (one["cluster"], one["state"]) for one in census(node)["lab"]["jobs"]}
    assert found == {
        "asked": ("mind", "succeeded"),
        "cut": ("mind", "abandoned"),
        "followed": ("mind", "running"),
        "sad": ("mind", "failed"),
        "torn": ("mind", "unknown"),
    }
