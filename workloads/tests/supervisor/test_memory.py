"""An instance that takes more memory than it may is ended, whoever of its tree took it, and whoever holds it.

Not proved here: memory cgroups of version 2, which a machine that has version 1 cannot show; GPU memory.
"""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from back_ends import back_end
from errors import NodeError
from memory_group import MemoryGroup, group_of
from memory_limit import assert_limit
from supervised_node import Node, running, wait_until

HOLD = "import time; time.sleep(0.4); held = b'x' * (300 << 20); time.sleep(600)"
ONCE = {"policy": "on-failure", "attempts": 0, "interval_s": 600, "backoff_s": 0}
BEST = back_end().limit_by
HIDE = """
umount --lazy /sys/fs/cgroup/memory
[ ! -d /run/systemd ] || mount -t tmpfs tmpfs /run/systemd
exec "$@"
"""
WITHOUT_GROUPS = ["unshare", "--mount", "sh", "-c", HIDE, "sh"]
"""A prefix: where no memory cgroup is mounted, and no systemd can be seen."""


@pytest.fixture(params=sorted({BEST, "sampling"}))
def limit_by(request: pytest.FixtureRequest, node: Node) -> str:
    """The best way to hold an instance that there is here, and the one that is everywhere."""
    wanted = str(request.param)
    if wanted != BEST:
        node.prefix = WITHOUT_GROUPS
    return wanted


def test_too_much_memory_ends_the_instance(node: Node, limit_by: str) -> None:
    node.start("a", HOLD, restart=ONCE)
    wait_until(lambda: node.state()["state"] == "failed")
    status = node.status()
    exit_record = status["exit"]
    assert (exit_record["reason"], exit_record["signal"], exit_record["code"]) == (
        "memory-limit",
        "SIGKILL",
        None,
    )
    assert status["limit_by"] == limit_by
    wait_until(lambda: not node.processes())


def test_memory_is_that_of_the_whole_tree_and_a_crash_like_any_other(node: Node, limit_by: str) -> None:
    script = f"""
import subprocess, sys
half = [sys.executable, '-c', {HOLD.replace("300", "120")!r}]
children = [subprocess.Popen(half, env={{}}) for _ in range(2)]
for child in children: child.wait()
import time; time.sleep(600)  # it lives on when the kernel has taken only a child
"""
    node.start("a", script)
    wait_until(lambda: node.state()["restarts"] == 1)
    assert node.state()["exit"]["reason"] == "memory-limit"
    node.stop()
    assert node.processes() == {}


def test_shared_memory_counts_once(node: Node, limit_by: str) -> None:
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


def test_a_file_in_memory_counts_also_when_nobody_maps_it(node: Node, limit_by: str) -> None:
    script = """
import os, time
time.sleep(0.4)
handle = os.memfd_create("held")
for _ in range(300): os.write(handle, b'x' * (1 << 20))
time.sleep(600)
"""
    node.start("a", script, restart=ONCE)
    wait_until(lambda: node.state()["state"] == "failed")
    assert node.state()["exit"]["reason"] == "memory-limit"


def test_a_kill_by_somebody_else_is_no_memory_limit(node: Node, limit_by: str) -> None:
    os.kill(node.start("a", restart=ONCE)["pid"], signal.SIGKILL)
    wait_until(lambda: node.state()["state"] == "failed")
    assert node.state()["exit"]["reason"] == "signal"


def test_too_much_at_once_is_said_by_the_start(node: Node, limit_by: str) -> None:
    script = HOLD.replace("0.4", "0")
    with pytest.raises(
        Exception, match=r"^exit 1: berth: EarlyExit: lab/a took more than its 200000000 bytes"
    ):
        node.start("a", script, settle_s=5)
    assert node.processes() == {}


@pytest.mark.skipif(BEST == "sampling", reason=f"no groups here: {'; '.join(back_end().why)}")
@pytest.mark.parametrize("verb", ["stop", "purge"])
def test_whoever_is_in_the_group_is_ended_without_any_other_trace(node: Node, verb: str) -> None:
    node.start()
    group = Path(node.state()["group"])
    stray = subprocess.Popen(["sleep", "600"], env={}, cwd="/", start_new_session=True)
    try:
        (group / "cgroup.procs").write_text(str(stray.pid))
        os.kill(node.supervisor(), signal.SIGKILL)
        if BEST == "cgroup":  # its place follows from its name alone
            (node.stack_dir / "instances" / "a" / "state.json").write_text("{")
        node.stop() if verb == "stop" else node.purge()
        assert not running(stray.pid) and not group.exists()
    finally:
        stray.kill()
        stray.wait()


@pytest.mark.skipif(BEST == "sampling", reason=f"no groups here: {'; '.join(back_end().why)}")
def test_a_group_goes_when_the_last_process_has_left_it() -> None:
    own = group_of()
    assert own
    group = own.below("berth-test-remove")
    group.make(2 * 10**8)
    leaving = subprocess.Popen(["sleep", "1"])
    try:
        (group.path / "cgroup.procs").write_text(str(leaving.pid))
        with pytest.raises(OSError, match="busy"):
            group.remove()
        group.remove(within_s=60)
        assert not group.path.exists()
    finally:
        leaving.wait()


def test_a_limit_that_the_kernel_does_not_keep_is_refused(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("max\n")
    with pytest.raises(NodeError) as refused:
        assert_limit(MemoryGroup(tmp_path, 2), 200 * 10**6)
    assert str(refused.value) == (
        f"LimitNotKept: {tmp_path} is to be held to 200000000 bytes of memory, and the kernel says no limit;"
        " see the notes of  ./berth health  on this node"
    )
