"""What a node finds wrong with itself."""

from __future__ import annotations

import os
import socket
import time
from typing import Any

import pytest
from supervised_node import PROGRAM, Node, wait_until


def examine(node: Node, **fields: Any) -> dict[str, Any]:
    return node("examine", program=PROGRAM, **{"now": time.time(), "ports": [], **fields})


def test_a_sound_node(node: Node) -> None:
    node.start("a")
    found = examine(node)
    assert found["rsync"].endswith("/rsync")
    assert (found["not_writable"], found["prepared"], found["code"]) == (None, True, [])
    assert abs(found["clock_ahead_s"]) < 5
    assert found["instances"] == [{"id": "a", "state": "running", "restarts": 0, "exit": None}]
    assert 0 < found["disk_free_bytes"] <= found["disk_bytes"]


def test_a_clock_that_is_wrong_and_ports_that_are_taken(node: Node) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        ports = [server.getsockname()[1], silent.getsockname()[1]]
        found = examine(node, now=time.time() + 3600, ports=ports)
    assert found["listening"] == ports[:1]
    assert -3610 < found["clock_ahead_s"] < -3590


def test_how_an_instance_ended(node: Node) -> None:
    node.start("a", "import os, signal, time; time.sleep(0.5); os.kill(os.getpid(), signal.SIGSEGV)")
    assert wait_until(lambda: examine(node)["instances"][0]["state"] == "failed", 60)
    [instance] = examine(node)["instances"]
    assert (instance["exit"]["signal"], instance["exit"]["reason"]) == ("SIGSEGV", "signal")
    assert instance["restarts"] == 2


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_work_directory_of_somebody_elses(node: Node) -> None:
    node.stack_dir.chmod(0o500)
    try:
        assert examine(node)["not_writable"] == str(node.stack_dir)
    finally:
        node.stack_dir.chmod(0o700)
