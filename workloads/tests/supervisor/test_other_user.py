"""What a login that is not root can have: its instances are sampled, and isolated all the same."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from supervised_node import PROGRAM, Node, wait_until

PYTHON = "/usr/bin/python3"
USER = 23456
"""Nobody's: what it may, everybody may."""

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user for a while"),
    pytest.mark.skipif(not Path(PYTHON).exists(), reason=f"no {PYTHON}, which every user can run"),
]


@pytest.fixture
def their_node(tools: Path) -> Iterator[Node]:
    home = Path(tempfile.mkdtemp(prefix="berth-test-"))
    os.chown(home, USER, USER)
    shutil.copytree(tools, home / "bin")
    node = Node(home / "work")
    ids = [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    node.prefix = ["setpriv", *ids, "--"]
    node.python = PYTHON
    node.environment = {"PATH": f"{home / 'bin'}:/usr/bin:/bin", "HOME": str(home)}
    yield node
    try:
        node.purge(purge=True)
        assert node.processes() == {}
    finally:
        shutil.rmtree(home)


def test_it_is_isolated_and_sampled(their_node: Node) -> None:
    facts = their_node("facts", program=PROGRAM)
    assert (facts["facts"]["limit_by"], facts["facts"]["network_namespaces"]) == ("sampling", True)
    assert facts["notes"][0].startswith("instances are held to their memory by looking from time to time: ")
    their_node.preflight(node={"name": "rpi1", "isolated": True})
    script = "import os, socket, time; print(os.getuid(), socket.if_nameindex(), flush=True); time.sleep(600)"
    pid = their_node.start(command=[PYTHON, "-c", script], network="isolated")["pid"]
    wait_until(lambda: their_node.log() == f"{USER} [(1, 'lo')]\n")
    assert os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    status = their_node.status()
    assert (status["state"], status["limit_by"], status["memory_bytes"] > 0) == ("running", "sampling", True)
    assert their_node.stop()["changed"] is True


def test_its_limit_is_kept_in_a_network_of_its_own(their_node: Node) -> None:
    their_node.preflight()
    hold = "import time; time.sleep(0.4); held = b'x' * (300 << 20); time.sleep(600)"
    once = {"policy": "never", "attempts": 0, "interval_s": 1, "backoff_s": 0}
    their_node.start(command=[PYTHON, "-c", hold], network="isolated", restart=once)
    wait_until(lambda: their_node.state()["state"] == "failed")
    assert their_node.state()["exit"]["reason"] == "memory-limit"
