"""The roster makes room, and tells those who stay where the others are."""

from __future__ import annotations

import json

from supervised_node import Node, running

PEERS = {"a": {"node": "rpi1", "host": "10.0.0.1", "port": 9000}}


def test_the_unlisted_are_stopped_and_the_others_are_not_restarted(node: Node) -> None:
    pids = {id: node.start(id)["pid"] for id in ("a", "b")}
    other = node.beside("other")
    other.environment = node.environment
    other.preflight()
    pids["c"] = other.start("c")["pid"]
    assert node("roster", keep=["a"], peers=PEERS) == {"stopped": ["b"], "peers_changed": True}
    assert {id: running(pid) for id, pid in pids.items()} == {"a": True, "b": False, "c": True}
    assert json.loads((node.stack_dir / "peers.json").read_text()) == PEERS
    before = (node.stack_dir / "peers.json").stat()
    assert node("roster", keep=["a"], peers=PEERS) == {"stopped": [], "peers_changed": False}
    after = (node.stack_dir / "peers.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert node.start("a")["changed"] is False
