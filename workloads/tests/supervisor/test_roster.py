"""The roster makes room, takes back what an edit gives back, and tells who stays where the others are."""

from __future__ import annotations

import json
import os
import signal
from typing import Any

import pytest
from supervised_node import Node, Refused, running, wait_until

GB = 10**9
PEERS = {"a": {"node": "rpi1", "host": "10.0.0.1", "port": 9000}}
ROOM = {"memory_limit_bytes": 6 * GB, "gpu_memory_limit_bytes": GB, "max_instances": 3}


def roster(node: Node, **keep: int | dict[str, Any]) -> tuple[list[str], list[str]]:
    """What was stopped and revived. A number stands for that much memory."""
    held = {
        id: {"memory_bytes": one, "gpu_memory_bytes": 0, "port": None} if isinstance(one, int) else one
        for id, one in keep.items()
    }
    answer = node("roster", keep=held, peers={})
    return answer["stopped"], answer["revived"]


def start(node: Node, id: str, memory: int, script: str = "", **instance: Any) -> dict[str, Any]:
    return node.start(id, script, memory_bytes=memory, **{"limits": ROOM, **instance})


def states(node: Node) -> dict[str, str]:
    return {one["id"]: one["state"] for one in node("status")["instances"]}


def test_the_unlisted_are_evicted_and_the_others_are_not_restarted(node: Node) -> None:
    pids = {id: node.start(id)["pid"] for id in ("a", "b")}
    other = node.beside("other")
    other.environment = node.environment
    other.preflight()
    pids["c"] = other.start("c")["pid"]
    keep = {"a": {"memory_bytes": 200 * 10**6, "gpu_memory_bytes": 0}}
    first = {"stopped": ["b"], "revived": [], "peers_changed": True}
    assert node("roster", keep=keep, peers=PEERS) == first
    assert {id: running(pid) for id, pid in pids.items()} == {"a": True, "b": False, "c": True}
    assert json.loads((node.stack_dir / "peers.json").read_text()) == PEERS
    before = (node.stack_dir / "peers.json").stat()
    again = {"stopped": [], "revived": [], "peers_changed": False}
    assert node("roster", keep=keep, peers=PEERS) == again
    after = (node.stack_dir / "peers.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert node.start("a")["changed"] is False
    assert states(node) == {"a": "running", "b": "evicted"}
    assert [node.status("b")[key] for key in ("pid", "uptime_s", "memory_bytes")] == [None] * 3
    assert node.stop("b")["changed"] is True  # the janitor, after a move
    assert states(node) == {"a": "running"}
    assert roster(node, a=200 * 10**6, b=200 * 10**6) == ([], [])


def test_two_that_exchange_their_sizes_fit(node: Node) -> None:
    start(node, "a", 2 * GB)
    start(node, "b", 4 * GB)
    assert roster(node, a=4 * GB, b=2 * GB) == (["a", "b"], [])
    assert start(node, "a", 4 * GB)["changed"] is True
    assert start(node, "b", 2 * GB)["changed"] is True
    assert states(node) == {"a": "running", "b": "running"}


@pytest.mark.parametrize(
    ("change", "stopped"),
    [
        ({}, []),
        ({"memory_bytes": GB + 1}, ["a"]),
        ({"gpu_memory_bytes": 2}, ["a"]),
        ({"port": 9002}, ["a"]),
        ({"port": None}, ["a"]),
    ],
)
def test_whoever_holds_something_else_is_evicted(
    node: Node, change: dict[str, Any], stopped: list[str]
) -> None:
    start(node, "a", GB, gpu_memory_bytes=1, network="peers", port=9001)
    keep = {"memory_bytes": GB, "gpu_memory_bytes": 1, "port": 9001}
    assert roster(node, a={**keep, **change}) == (stopped, [])


def test_an_edit_that_was_taken_back_revives_as_it_was(node: Node) -> None:
    script = "import os, time; print(os.environ['ROLE'], flush=True); time.sleep(600)"
    start(node, "a", 2 * GB, script, env={"ROLE": "judge"})
    wait_until(lambda: node.log("a") == "judge\n")
    assert roster(node, a=3 * GB) == (["a"], [])
    assert roster(node, a=3 * GB) == ([], [])
    assert roster(node) == ([], [])
    assert states(node) == {"a": "evicted"}
    assert roster(node, a=2 * GB) == ([], ["a"])
    assert roster(node, a=2 * GB) == ([], [])
    wait_until(lambda: node.log("a") == "judge\n" * 2)
    assert start(node, "a", 2 * GB, script, env={"ROLE": "judge"})["changed"] is False


def test_a_start_of_an_evicted_one_launches_it(node: Node) -> None:
    start(node, "a", 2 * GB)
    roster(node)
    assert start(node, "a", 2 * GB)["changed"] is True
    assert states(node) == {"a": "running"}


def test_one_that_no_longer_fits_is_not_revived_and_stays_evicted(node: Node) -> None:
    start(node, "a", 4 * GB)
    roster(node)
    start(node, "b", 3 * GB)
    with pytest.raises(Refused) as refused:
        roster(node, a=4 * GB, b=3 * GB)
    assert refused.value.lines == [
        "berth: MemoryExceeded: lab/a needs 4 GB of memory, but of this node's 6 GB hold lab/b 3 GB;"
        " stop something, or place lab/a elsewhere"
    ]
    assert states(node) == {"a": "evicted", "b": "running"}
    assert roster(node, a=4 * GB) == (["b"], ["a"])


def test_one_that_cannot_be_revived_has_failed_and_does_not_hinder_its_correction(node: Node) -> None:
    flag = node.work_dir / "broken"
    script = f"import os, sys, time\nif os.path.exists({str(flag)!r}): sys.exit(4)\ntime.sleep(600)"
    start(node, "a", GB, script, settle_s=3)
    start(node, "b", GB)
    roster(node)
    flag.touch()
    with pytest.raises(Refused) as refused:
        roster(node, a=GB, b=GB)
    assert [line.split(":")[1] for line in refused.value.lines] == [" EarlyExit"]
    assert states(node) == {"a": "failed", "b": "running"}
    assert roster(node, a=GB, b=GB) == ([], [])
    assert start(node, "a", GB)["changed"] is True


def test_what_has_ended_is_neither_evicted_nor_revived(node: Node) -> None:
    start(node, "a", GB, "pass")
    wait_until(lambda: not node.processes())
    assert roster(node) == ([], [])
    assert roster(node, a=GB) == ([], [])
    assert states(node) == {"a": "completed"}


def test_an_eviction_that_was_killed_half_way_is_finished(node: Node) -> None:
    pid = start(node, "a", GB)["pid"]
    file = node.stack_dir / "instances" / "a" / "spec.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "evicted": True}))
    assert roster(node) == (["a"], [])
    assert not running(pid)
    assert roster(node, a=GB) == ([], ["a"])


def test_one_that_cannot_be_read_runs_on_where_it_is_planned(node: Node) -> None:
    start(node, "a", GB)
    (node.stack_dir / "instances" / "a" / "spec.json").write_text("{")
    assert roster(node, a=GB) == ([], [])
    assert roster(node) == (["a"], [])
    assert states(node) == {"a": "evicted"}
    assert roster(node, a=GB) == ([], [])
    assert start(node, "a", GB)["changed"] is True


@pytest.mark.parametrize(
    ("keep", "problem"),
    [
        (["a"], "roster needs keep and peers, both objects"),
        ({"a": 5}, "keep.a must be an object"),
        ({"a": {"memory_bytes": 1, "cpu": 1}}, "keep.a.cpu is not known"),
        ({"a": {}}, "keep.a: missing 1 required positional argument: 'memory_bytes'"),
    ],
)
def test_a_wrong_request_is_refused(node: Node, keep: Any, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        node("roster", keep=keep, peers={})
    assert refused.value.lines == [
        f"berth: BadRequest: {problem}; use the components of the same version of Berth"
    ]


def test_a_killed_supervisor_leaves_nothing_after_a_roster(node: Node) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)"
    pid = start(node, "a", GB, f"{script}\nwhile True: time.sleep(1)")["pid"]
    wait_until(lambda: node.log("a") == "up\n")
    os.kill(node.supervisor("a"), signal.SIGKILL)
    assert roster(node) == (["a"], [])
    assert not running(pid)
