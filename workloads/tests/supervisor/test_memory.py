"""An instance that takes more memory than it may is ended, whoever of its tree took it."""

from __future__ import annotations

from supervised_node import Node, wait_until

HOLD = "import time; time.sleep(0.4); held = b'x' * (300 << 20); time.sleep(600)"


def test_too_much_memory_ends_the_instance(node: Node) -> None:
    node.start("a", HOLD, restart={"policy": "on-failure", "attempts": 0, "interval_s": 600, "backoff_s": 0})
    wait_until(lambda: node.state()["state"] == "failed")
    exit_record = node.status()["exit"]
    assert (exit_record["reason"], exit_record["signal"], exit_record["code"]) == (
        "memory-limit",
        "SIGKILL",
        None,
    )
    wait_until(lambda: not node.processes())


def test_memory_is_that_of_the_whole_tree_and_a_crash_like_any_other(node: Node) -> None:
    script = f"""
import subprocess, sys
half = [sys.executable, '-c', {HOLD.replace("300", "120")!r}]
children = [subprocess.Popen(half, env={{}}) for _ in range(2)]
for child in children: child.wait()
"""
    node.start("a", script)
    wait_until(lambda: node.state()["restarts"] == 1)
    assert node.state()["exit"]["reason"] == "memory-limit"


def test_shared_memory_counts_once(node: Node) -> None:
    script = """
import os, time
held = b'x' * (80 << 20)
for _ in range(3):
    if os.fork() == 0: break
print(len(held), flush=True)
time.sleep(600)
"""
    node.start("a", script)
    wait_until(lambda: len(node.log().splitlines()) == 4)
    wait_until(lambda: 80 << 20 <= (node.status()["memory_bytes"] or 0) < 150 << 20)
    assert node.status()["restarts"] == 0
