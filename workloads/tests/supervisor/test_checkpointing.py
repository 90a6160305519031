"""Checkpoints: asked for before an instance is ended, kept, and taken by another node only as they were sent.

Not proved: the way between the nodes (test/integration/checkpoint).
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from supervised_node import Node, Refused, wait_until

WRITES = """
import os, signal, sys, time
def write(*_):
    open(os.environ["BERTH_CHECKPOINT_DIR"] + "/weights", "w").write("42")
    sys.exit(0)
signal.signal(signal.SIGUSR1, write)
print("ready", flush=True)
time.sleep(600)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(600)
"""


def folder(node: Node, id: str = "a") -> Path:
    return node.stack_dir / "checkpoints" / id


def outcome(node: Node) -> Any:
    return json.loads((node.stack_dir / "checkpoints" / ".a.json").read_text())["outcome"]


@pytest.mark.parametrize(
    ("script", "asked", "expected"),
    [
        (WRITES, {"timeout_s": 20}, "written"),
        (WRITES.replace("USR1", "HUP"), {"timeout_s": 20, "signal": "SIGHUP"}, "written"),
        (DEAF, {"timeout_s": 0.5}, "late"),
        ("", {"timeout_s": 20}, "unheard"),
        (
            DEAF,
            {"timeout_s": 20, "command": ["sh", "-c", "echo 42 > $BERTH_CHECKPOINT_DIR/weights"]},
            "written",
        ),
        (DEAF, {"timeout_s": 20, "command": ["sh", "-c", "exit 3"]}, "failed"),
        (DEAF, {"timeout_s": 0.5, "command": ["sleep", "600"]}, "late"),
    ],
)
def test_before_it_is_ended_an_instance_is_asked(
    node: Node, script: str, asked: dict[str, Any], expected: str
) -> None:
    node.preflight()
    node.start("a", script, checkpoint=asked)
    wait_until(lambda: node.log("a") == "ready\n" * bool(script))
    node.stop("a")
    assert node.processes("a") == {}
    assert outcome(node) == expected
    assert (folder(node) / "weights").exists() is (expected == "written")


def test_who_is_set_aside_goes_on_from_its_checkpoint_when_an_edit_is_taken_back(node: Node) -> None:
    node.preflight()
    node.start("a", WRITES, checkpoint={"timeout_s": 20})
    wait_until(lambda: node.log("a") == "ready\n")
    node("roster", keep={}, peers={})
    assert (folder(node) / "weights").read_text() == "42"
    assert node.status("a")["state"] == "evicted"
    held = {"memory_bytes": 200 * 10**6, "gpu_memory_bytes": 0}
    assert node("roster", keep={"a": held}, peers={})["revived"] == ["a"]
    assert node.status("a")["state"] == "running"


def test_a_node_takes_what_was_sent_and_nothing_else(node: Node, tmp_path: Path) -> None:
    node.preflight()
    node.start("a", WRITES, checkpoint={"timeout_s": 20})
    wait_until(lambda: node.log("a") == "ready\n")
    node.stop("a")
    instance = {"id": "a"}
    found = node("checkpoint", instance=instance, step="look")
    assert [found[key] for key in ("there", "files", "bytes", "outcome")] == [True, 1, 2, "written"]

    other = Node(tmp_path / "other")
    other.preflight()
    arrival = folder(other).with_name(".a.new")
    shutil.copytree(folder(node), arrival)
    (arrival / "weights").write_text("43")
    with pytest.raises(Refused, match="CheckpointDamaged: the checkpoint of lab/a did not arrive as it was"):
        other("checkpoint", instance=instance, step="take", digest=found["digest"])
    (arrival / "weights").write_text("42")
    for _ in range(2):
        assert other("checkpoint", instance=instance, step="take", digest=found["digest"])["there"]
    assert [path.name for path in folder(other).parent.iterdir()] == ["a"]
    assert other("checkpoint", instance=instance, step="look")["digest"] == found["digest"]

    for _ in range(2):
        assert not node("checkpoint", instance=instance, step="forget")["there"]
    assert not node("checkpoint", instance=instance, step="look")["there"]
    assert list(folder(node).parent.iterdir()) == []
    assert not other("checkpoint", instance=instance, step="take", digest=None)["there"]
    assert list(folder(other).parent.iterdir()) == []
    other("purge")


def test_pipes_and_sockets_do_not_go_along_and_a_link_in_the_folders_place_goes(
    node: Node, tmp_path: Path
) -> None:
    node.preflight()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "weights").write_text("42")
    os.mkfifo(elsewhere / "pipe")
    folder(node).symlink_to(elsewhere)
    found = node("checkpoint", instance={"id": "a"}, step="look", deadline_s=5)
    assert (found["files"], found["bytes"]) == (1, 2)
    assert not node("checkpoint", instance={"id": "a"}, step="forget")["there"]
    assert not os.path.lexists(folder(node))
    assert (elsewhere / "weights").exists()


def test_a_wrong_request_is_refused(node: Node) -> None:
    node.preflight()
    with pytest.raises(Refused, match="step must be one of look, take, forget, got 'steal'"):
        node("checkpoint", instance={"id": "a"}, step="steal")
    with pytest.raises(Refused, match=r"instance.checkpoint.signal must be one of SIGUSR1, SIGUSR2"):
        node.start("a", checkpoint={"timeout_s": 1, "signal": "SIGKILL"})
