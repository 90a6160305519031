"""When the machine is short of memory its instances give way, one at a time, and come back when it is not.

The shortage is a /proc/meminfo of the test's own, in a mount namespace: what a GPU takes is no different.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from supervised_node import Node, Refused, wait_until

KIB = 1024
TOTAL = 8_000_000
ROOM = {"memory_limit_bytes": 10**9, "gpu_memory_limit_bytes": 0, "max_instances": 4, "memory_floor": 0.05}
FLOOR = TOTAL * 5 // 100

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount another /proc/meminfo")


class Machine:
    """The memory that the node's processes see."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.available(TOTAL // 2)

    def available(self, kib: int) -> None:
        """In place: it is mounted. Nobody reads half of so short a text."""
        with open(self.file, "r+" if self.file.exists() else "w") as file:
            file.write(f"MemTotal: {TOTAL:12} kB\nMemAvailable: {kib:12} kB\nSwapFree: {TOTAL:12} kB\n")


@pytest.fixture
def machine(node: Node, tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "meminfo")
    mount = f"mount --bind '{machine.file}' /proc/meminfo; echo mounted; exec sleep 600"
    holder = subprocess.Popen(
        ["unshare", "--mount", "sh", "-ec", mount], stdout=subprocess.PIPE, text=True, cwd="/"
    )
    assert holder.stdout and holder.stdout.readline() == "mounted\n"
    node.prefix = ["nsenter", "--target", str(holder.pid), "--mount", "--"]
    yield machine
    node.purge()
    node.prefix = []
    holder.kill()
    holder.wait()


def start(node: Node, id: str, script: str = "", **instance: Any) -> None:
    restart = {"policy": "on-failure", "attempts": 3, "interval_s": 600, "backoff_s": 0}
    node.start(id, script, limits=ROOM, restart=restart, **instance)


def ended(node: Node, id: str) -> bool:
    exit_record = node.state(id)["exit"]
    return exit_record is not None and exit_record["reason"] == "node-memory-floor"


def test_the_youngest_gives_way_first_and_only_one_at_a_time(node: Node, machine: Machine) -> None:
    for id in ("old", "young"):
        start(node, id)
    machine.available(FLOOR - 1)
    wait_until(lambda: ended(node, "young"))
    assert not ended(node, "old")
    assert node.status("young")["state"] == "backoff"
    # It waits as long as the shortage lasts, and the next one follows.
    wait_until(lambda: ended(node, "old"), seconds=20)
    assert node.state("young")["restarts"] == 0
    machine.available(FLOOR)
    wait_until(lambda: [node.state(id)["state"] for id in ("old", "young")] == ["running"] * 2)


def test_who_holds_more_than_it_was_given_goes_before_the_youngest(node: Node, machine: Machine) -> None:
    # Its group lets it: what a limit does not see looks like this.
    start(node, "greedy", "held = b'x' * (60 << 20); print('up', flush=True); import time; time.sleep(600)")
    wait_until(lambda: node.log("greedy") == "up\n")
    spec = node.stack_dir / "instances" / "greedy" / "spec.json"
    spec.write_text(spec.read_text().replace("200000000", "20000000"))
    start(node, "young")
    machine.available(FLOOR - 1)
    wait_until(lambda: ended(node, "greedy"))
    assert not ended(node, "young")


def test_a_moment_is_no_shortage_and_free_swap_is_no_memory(node: Node, machine: Machine) -> None:
    start(node, "a")
    machine.available(FLOOR)
    time.sleep(2.5)
    assert node.state("a")["state"] == "running"
    machine.available(0)
    wait_until(lambda: ended(node, "a"))


def test_a_changed_floor_counts_at_once_and_restarts_nobody(node: Node, machine: Machine) -> None:
    start(node, "a")
    request = node.start_request("a", limits={**ROOM, "memory_floor": 0.6})
    request["instance"]["restart"] = {
        "policy": "on-failure",
        "attempts": 3,
        "interval_s": 600,
        "backoff_s": 0,
    }
    assert node("start", **request)["changed"] is False
    wait_until(lambda: ended(node, "a"))


def test_a_hung_one_does_not_keep_the_others(node: Node, machine: Machine) -> None:
    for id in ("old", "young"):
        start(node, id)
    os.kill(node.supervisor("young"), signal.SIGSTOP)
    machine.available(FLOOR - 1)
    wait_until(lambda: ended(node, "old"), seconds=25)


def test_a_start_into_a_shortage_says_so(node: Node, machine: Machine) -> None:
    machine.available(FLOOR - 1)
    with pytest.raises(Refused) as refused:
        start(node, "a", settle_s=20)
    assert refused.value.lines == [
        "berth: EarlyExit: lab/a gave way because this node had less memory left than its floor at once;"
        " its log ends with: (nothing); correct the instance, then run the update again"
    ]
