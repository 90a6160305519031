"""Instances run as long as whoever watches them says; without a renewal they end, and run again after one.

Not proved here: a node whose network parts (test/integration/watch.test.ts does), a machine that sleeps.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from supervised_node import PROGRAM, Node, Refused, running, wait_until

PRINTS = "import time\nprint('awake', flush=True)\ntime.sleep(600)"


def ask(node: Node, seconds: float | None = None, **fields: Any) -> dict[str, Any]:
    """What a watch asks; with `seconds` it renews by so many, from the node's own clock."""
    if seconds is not None:
        clock = ask(node)["lease"]
        fields["lease"] = {"boot_id": clock["boot_id"], "until": clock["now"] + seconds}
    return node("watch", program=PROGRAM, **fields)


def is_in(node: Node, state: str, id: str = "a") -> Any:
    return wait_until(lambda: node.status(id)["state"] == state, 20)


def test_nothing_ends_without_a_lease(node: Node) -> None:
    node.start()
    answer = ask(node)
    assert answer["lease"]["armed"] is False
    assert [one["state"] for one in answer["instances"]] == ["running"]
    assert not (node.stack_dir / "lease.json").exists()


def test_what_is_not_renewed_ends_and_runs_again_when_it_is(node: Node) -> None:
    node.start(script=PRINTS)
    pid = node.status()["pid"]
    assert ask(node, 60)["lease"] == {**ask(node)["lease"], "armed": True, "without": [], "now": ANY}
    time.sleep(2.5)  # two looks
    assert node.status()["pid"] == pid
    expire(node)
    is_in(node, "fenced")
    assert not running(pid)
    fenced = node.status()
    assert (fenced["pid"], fenced["restarts"], fenced["exit"]["reason"]) == (None, 0, "fenced")
    assert ask(node)["unwell"] == [{"stack": "lab", "instance": "a", "state": "fenced"}]
    time.sleep(2.5)
    assert node.log() == "awake\n"
    ask(node, 60)
    is_in(node, "running")
    wait_until(lambda: node.log() == "awake\nawake\n")
    assert node.status()["restarts"] == 0
    node.stop()
    assert node.processes() == {}


def test_a_machine_that_stood_still_through_lease_and_grace_ends_at_once(node: Node) -> None:
    script = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
    node.start(script=script, stop_grace_s=3600)
    ask(node, 60)
    expire(node)
    is_in(node, "fenced")


def test_a_release_lets_it_run_again(node: Node) -> None:
    node.start()
    ask(node, 60)
    expire(node)
    is_in(node, "fenced")
    assert node("release") == {"changed": True}
    is_in(node, "running")
    assert node("release") == {"changed": False}


def test_a_second_watch_is_refused_until_the_first_is_over_or_has_ended(node: Node) -> None:
    def renewed(by: str, seconds: float = 60) -> dict[str, Any]:
        clock = ask(node)["lease"]
        lease = {"boot_id": clock["boot_id"], "until": clock["now"] + seconds, "by": by, "since": "10:00"}
        answer: dict[str, Any] = ask(node, lease=lease)["lease"]
        return answer

    node.start()
    ann, bob = "ann@desk:/home/ann/berth", "bob@lap:/home/bob/berth"
    assert renewed(ann)["armed"] is True
    assert renewed(ann)["armed"] is True
    file = node.stack_dir / "lease.json"
    before = file.read_text()
    second = renewed(bob)
    assert (second["armed"], second["held"]) == (False, True)
    assert re.sub(r"\d+ s:", "N s:", second["refused"]) == (
        f"WatchedAlready: lab is watched already, by {ann} since 10:00; end that watch with Ctrl-C there. "
        "If it was killed, wait N s: then its lease is over"
    )
    assert node("release", by=bob) == {"changed": False}
    # A watch of an earlier version does not say who it is: it does not take what somebody has.
    assert ask(node, 90)["lease"]["held"] is True
    assert file.read_text() == before
    expire(node)
    assert renewed(bob)["armed"] is True
    assert renewed(ann)["held"] is True
    assert node("release", by=bob) == {"changed": True}
    assert renewed(ann)["armed"] is True
    assert node("release", by=ann) == {"changed": True}


def test_a_start_is_a_word_of_who_is_here_again(node: Node) -> None:
    node.start()
    ask(node, 60)
    expire(node)
    is_in(node, "fenced")
    assert node.start("b")["changed"] is True
    is_in(node, "running")
    is_in(node, "running", "b")
    assert not (node.stack_dir / "lease.json").exists()


def test_a_start_keeps_a_lease_that_is_not_over(node: Node) -> None:
    node.start()
    ask(node, 60)
    node.start("b")
    assert ask(node, 50)["lease"]["without"] == []
    expire(node)
    is_in(node, "fenced")
    is_in(node, "fenced", "b")


def test_a_fenced_instance_can_be_stopped_and_counts_until_then(node: Node) -> None:
    node.start()
    ask(node, 60)
    expire(node)
    is_in(node, "fenced")
    assert [one["instance"] for one in ask(node)["holdings"]] == ["a"]
    supervisor = node.supervisor("a")
    assert node.stop()["changed"] is True
    assert not running(supervisor)


def test_what_fails_does_not_run_again_without_a_lease(node: Node) -> None:
    restart = {"policy": "on-failure", "attempts": 9, "interval_s": 600, "backoff_s": 8}
    fails = node.work_dir / "fails"
    waits = f"while not os.path.exists({str(fails)!r}): time.sleep(0.01)"
    node.start(script=f"import os, time\nprint('awake', flush=True)\n{waits}\nexit(1)", restart=restart)
    ask(node, 60)
    fails.touch()
    wait_until(lambda: node.state()["state"] == "backoff")
    expire(node)
    is_in(node, "fenced")
    time.sleep(8.5)
    assert node.log() == "awake\n"


def test_a_word_that_arrives_late_changes_nothing(node: Node) -> None:
    node.start()
    clock = ask(node, 60)["lease"]
    late = {"boot_id": clock["boot_id"], "until": clock["now"] - 5}
    assert ask(node, lease=late)["lease"]["armed"] is True
    time.sleep(2.5)
    assert node.status()["state"] == "running"
    other_boot = {"boot_id": "another", "until": clock["now"] + 1000}
    assert ask(node, lease=other_boot)["lease"]["armed"] is False
    assert lease_of(node)["until"] < clock["now"] + 61


def test_a_lease_of_a_former_boot_is_none(node: Node) -> None:
    (node.stack_dir / "lease.json").write_text(json.dumps({"boot_id": "former", "until": 1}))
    node.start()
    time.sleep(1.5)
    assert node.status()["state"] == "running"


def test_only_the_owner_has_a_lease(node: Node) -> None:
    node.start()
    clock = ask(node)["lease"]
    wanted = {"boot_id": clock["boot_id"], "until": clock["now"] + 60}
    answer = ask(node, owner="bob@desk:/home/bob#2", lease=wanted)
    assert answer["lease"]["refused"].startswith("OwnerMismatch: stack lab in ")
    assert not (node.stack_dir / "lease.json").exists()
    with pytest.raises(Refused, match="OwnerMismatch"):
        node("release", owner="bob@desk:/home/bob#2")


def test_a_node_without_the_stack_has_no_lease(empty_node: Node) -> None:
    clock = ask(empty_node)["lease"]
    wanted = {"boot_id": clock["boot_id"], "until": clock["now"] + 60}
    assert ask(empty_node, lease=wanted)["lease"]["armed"] is False
    assert empty_node("release") == {"state": "absent"}
    assert not empty_node.work_dir.exists()


def test_a_supervisor_that_knows_no_lease_is_named(node: Node) -> None:
    node.start()
    state = node.stack_dir / "instances/a/state.json"
    os.kill(node.supervisor(), signal.SIGSTOP)
    known = json.loads(state.read_text())
    del known["keeps_lease"]
    state.write_text(json.dumps(known))
    assert ask(node, 60)["lease"]["without"] == ["a"]
    os.kill(node.supervisor(), signal.SIGCONT)


def test_a_full_disk_does_not_end_what_is_renewed(node: Node, tmp_path: Path) -> None:
    """A folder in which nothing can be made stands for the disk: what is there can still be written."""
    node.start()
    ask(node, 60)
    before = lease_of(node)["until"]
    (node.stack_dir / "lease.json.new").mkdir()
    ask(node, 90)
    assert lease_of(node)["until"] > before + 20
    (node.stack_dir / "lease.json.new").rmdir()


def lease_of(node: Node) -> dict[str, Any]:
    lease: dict[str, Any] = json.loads((node.stack_dir / "lease.json").read_text())
    return lease


def expire(node: Node) -> None:
    """As if its time had passed."""
    lease = lease_of(node)
    (node.stack_dir / "lease.json").write_text(json.dumps({**lease, "until": 0}))


class Anything:
    def __eq__(self, _other: object) -> bool:
        return True


ANY = Anything()
