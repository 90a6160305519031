"""Where systemd is the first process, it holds supervisor and instance as one; nothing outlives the unit.

Not proved here: a user's own systemd (it needs memory cgroups of version 2 and linger), and polkit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from back_ends import back_end
from layout import Layout
from memory_group import group_of
from supervised_node import Node, everything, groups, running, wait_until

pytestmark = pytest.mark.skipif(
    back_end().limit_by != "systemd", reason=f"no units here: {'; '.join(back_end().why)}"
)


def unit(node: Node, id: str = "a") -> str:
    return f"{Layout(node.work_dir, node.stack).unit(id)}.service"


def shown(node: Node, *properties: str) -> list[str]:
    asked = [f"--property={name}" for name in properties]
    return subprocess.check_output(["systemctl", "show", unit(node), *asked], text=True).split()


def test_the_unit_has_the_limits_and_none_of_the_instances_own_words(node: Node) -> None:
    started = node.start(env={"TOKEN": "s3cret-words"}, stop_grace_s=7)
    assert node.status()["limit_by"] == "systemd"
    properties = ("MemoryMax", "OOMPolicy", "KillMode", "TimeoutStopUSec", "Delegate", "MainPID")
    assert sorted(shown(node, *properties)) == [
        "Delegate=yes",
        "KillMode=control-group",
        f"MainPID={node.supervisor()}",
        f"MemoryMax={200 * 10**6 + 64 * 2**20}",
        "OOMPolicy=continue",
        "TimeoutStopUSec=12s",
    ]
    kept = [group_of(pid) for pid in (node.supervisor(), started["pid"])]
    assert [group.limit_bytes() for group in kept if group] == [
        (200 * 10**6 + 64 * 2**20) // 4096 * 4096,
        200 * 10**6 // 4096 * 4096,
    ]
    everywhere = subprocess.check_output(["systemctl", "show", unit(node)], text=True)
    assert "s3cret" not in everywhere and "time.sleep" not in everywhere
    node.stop()
    assert shown(node, "LoadState") == ["LoadState=not-found"]
    assert groups(node) == []


def test_a_killed_supervisor_takes_everything_along_by_itself(node: Node, tmp_path: Path) -> None:
    script = f"""
import os, subprocess, sys, time
for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            quiet = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'
            os.execve(sys.executable, [sys.executable, '-c', quiet, {str(tmp_path)!r}], {{}})
        os._exit(0)
time.sleep(600)
"""
    node.start("a", script, stop_grace_s=0)
    wait_until(lambda: len(list(everything(tmp_path))) >= 4)
    os.kill(node.supervisor(), signal.SIGKILL)
    # Only systemd is left to do it: no command of Berth's runs.
    wait_until(lambda: not [pid for pid in everything(tmp_path) if running(pid)], seconds=20)
    assert node.status()["state"] == "dead"
    assert node.start("a", script)["changed"] is True


def test_a_group_that_systemd_could_not_clear_away_goes_with_the_instance(node: Node) -> None:
    node.start()
    stray = subprocess.Popen(["sleep", "600"], env={}, cwd="/", start_new_session=True)
    try:
        (Path(node.state()["group"]) / "cgroup.procs").write_text(str(stray.pid))
        os.kill(node.supervisor(), signal.SIGKILL)
        wait_until(lambda: shown(node, "LoadState") == ["LoadState=not-found"], seconds=20)
        node.stop()
        assert groups(node) == []
    finally:
        stray.kill()
        stray.wait()


def test_an_instance_that_ends_leaves_no_unit(node: Node) -> None:
    node.start("a", "print('done')", settle_s=20)
    wait_until(lambda: shown(node, "LoadState") == ["LoadState=not-found"])
    assert (node.status()["state"], node.log()) == ("completed", "done\n")


def test_a_failed_unit_of_the_same_name_is_cleared_away(node: Node) -> None:
    command = ["systemd-run", "--quiet", f"--unit={unit(node)}", sys.executable, "-c", "raise SystemExit(3)"]
    subprocess.check_call(command)
    wait_until(lambda: shown(node, "ActiveState") == ["ActiveState=failed"])
    assert node.start()["state"] == "running"
