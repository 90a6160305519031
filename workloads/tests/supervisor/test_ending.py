"""Stop leaves nothing of an instance, whatever it did to escape; and it touches nothing else."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from process_tree import Process, send
from supervised_node import Node, running, wait_until

DAEMON = """
import os, subprocess, sys, time
# A double fork into a session of its own, without an environment: only its command line tells what it is.
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.chdir({directory!r})
        command = [sys.executable, '-c', 'import time; time.sleep(600)', 'escaped-from-{mark}']
        os.execve(sys.executable, command, {{}})
    os._exit(0)
time.sleep(600)
"""


def escaped(mark: str) -> list[int]:
    """Live processes with this mark in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and running(int(entry.name)):
            try:
                if f"escaped-from-{mark}".encode() in (entry / "cmdline").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def test_stop_of_the_unknown_is_a_success(node: Node) -> None:
    assert node.stop("nobody") == {"state": "absent", "changed": False}


def test_stop_ends_the_whole_tree_and_the_entry(node: Node) -> None:
    pid = node.start("a", DAEMON.format(directory="/", mark=node.work_dir))["pid"]
    [daemon] = wait_until(lambda: escaped(str(node.work_dir)))
    assert node.stop() == {"state": "absent", "changed": True}
    assert (running(pid), running(daemon), node.processes()) == (False, False, {})
    assert list((node.stack_dir / "instances").iterdir()) == []
    assert node("status") == {"instances": []}


def test_an_instance_gets_its_time_to_stop(node: Node) -> None:
    script = """
import signal, sys, time
def stop(*_):
    time.sleep(0.5)
    print('saved', flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print('up', flush=True)
while True: time.sleep(1)
"""
    # So long that a stop which waits for all of it is late.
    node.start("a", script, stop_grace_s=3600)
    wait_until(lambda: node.log() == "up\n")
    node.stop()
    assert node.log() == "up\nsaved\n"


def test_one_that_does_not_stop_is_killed(node: Node) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)"
    script += "\nwhile True: time.sleep(1)"
    pid = node.start("a", script)["pid"]
    wait_until(lambda: node.log() == "up\n")
    begin = time.monotonic()
    node.stop()
    assert not running(pid)
    assert time.monotonic() - begin >= 1


def test_what_a_completed_instance_left_running_is_ended(node: Node) -> None:
    script = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])"
    )
    node.start("a", script)
    wait_until(lambda: not node.processes())
    assert node.state()["state"] == "completed"


@pytest.mark.parametrize("again", ["start", "stop", "purge"])
def test_a_killed_supervisor_leaves_nothing_that_runs_twice(node: Node, again: str) -> None:
    ignoring = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + DAEMON
    script = ignoring.format(directory="/", mark=node.work_dir)
    pid = node.start("a", script)["pid"]
    [daemon] = wait_until(lambda: escaped(str(node.work_dir)))
    # Without a tag and at home elsewhere, only the supervisor's own record tells whose it is.
    members = node.stack_dir / "instances" / "a" / "members.json"
    wait_until(lambda: any(member[0] == daemon for member in json.loads(members.read_text())["members"]))
    os.kill(node.supervisor(), signal.SIGKILL)
    wait_until(lambda: node.status()["state"] == "dead")
    assert running(pid) and running(daemon)
    if again == "start":
        assert node.start("a", script)["changed"] is True
        wait_until(lambda: len(escaped(str(node.work_dir))) == 1)
        assert sorted(node.processes().values()) == [False, True]
    elif again == "stop":
        node.stop()
    else:
        node.purge()
    assert not running(pid) and not running(daemon)
    if again != "start":
        assert (node.processes(), escaped(str(node.work_dir))) == ({}, [])


def test_a_stray_without_tag_or_record_is_found_by_where_it_works(node: Node) -> None:
    code = node.stack_dir / "code" / "1"
    code.mkdir()
    node.start("a", DAEMON.format(directory=str(code), mark=node.work_dir), code="1")
    [daemon] = wait_until(lambda: escaped(str(node.work_dir)))
    os.kill(node.supervisor(), signal.SIGKILL)
    (node.stack_dir / "instances" / "a" / "members.json").unlink(missing_ok=True)
    node.stop()
    assert not running(daemon)


def test_a_supervised_daemon_of_another_instance_is_not_taken_for_a_stray(node: Node) -> None:
    code = node.stack_dir / "code" / "1"
    code.mkdir()
    node.start("a", DAEMON.format(directory=str(code), mark=node.work_dir), code="1")
    [daemon] = wait_until(lambda: escaped(str(node.work_dir)))
    node.start("b")
    node.stop("b")
    assert running(daemon)


def test_a_killed_supervisor_takes_an_instance_along_that_listens(node: Node) -> None:
    pid = node.start()["pid"]
    os.kill(node.supervisor(), signal.SIGKILL)
    wait_until(lambda: not running(pid))
    assert node.status()["state"] == "dead"


def test_a_hung_supervisor_is_killed(node: Node) -> None:
    pid = node.start(stop_grace_s=0)["pid"]
    os.kill(node.supervisor(), signal.SIGSTOP)
    node.stop()
    assert (node.processes(), running(pid)) == ({}, False)


@pytest.fixture
def foreigner() -> Iterator[subprocess.Popen[bytes]]:
    """A process that is none of ours."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process
    process.kill()
    process.wait()


def test_a_process_that_has_the_pid_of_one_of_ours_is_not_touched(
    node: Node, foreigner: subprocess.Popen[bytes]
) -> None:
    node.start()
    os.kill(node.supervisor(), signal.SIGKILL)
    entry = node.stack_dir / "instances" / "a"
    boot = json.loads((entry / "state.json").read_text())["boot_id"]
    (entry / "members.json").write_text(json.dumps({"boot_id": boot, "members": [[foreigner.pid, 1]]}))
    (entry / "state.json").write_text(json.dumps({"state": "running", "pid": foreigner.pid, "boot_id": boot}))
    node.stop()
    assert foreigner.poll() is None


def test_a_signal_meant_for_a_process_does_not_reach_another_with_its_pid(
    foreigner: subprocess.Popen[bytes],
) -> None:
    start = int(Path(f"/proc/{foreigner.pid}/stat").read_text().rpartition(")")[2].split()[19])
    send(Process(foreigner.pid, start - 1), signal.SIGKILL)
    time.sleep(0.1)
    assert foreigner.poll() is None
    send(Process(foreigner.pid, start), signal.SIGKILL)
    assert foreigner.wait(5) == -signal.SIGKILL


def test_a_record_of_another_boot_means_nothing(node: Node, foreigner: subprocess.Popen[bytes]) -> None:
    node.start()
    os.kill(node.supervisor(), signal.SIGKILL)
    start = int(Path(f"/proc/{foreigner.pid}/stat").read_text().rpartition(")")[2].split()[19])
    members = json.dumps({"boot_id": "before", "members": [[foreigner.pid, start]]})
    (node.stack_dir / "instances" / "a" / "members.json").write_text(members)
    node.stop()
    assert foreigner.poll() is None


def test_a_person_who_looks_around_in_the_code_is_not_touched(node: Node) -> None:
    looking = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"],
        cwd=node.stack_dir / "code",
        env={"SSH_CONNECTION": "10.0.0.9 1 10.0.0.1 22"},
    )
    try:
        node.start()
        node.stop()
        assert looking.poll() is None
    finally:
        looking.kill()
        looking.wait()


def test_a_terminal_in_the_code_is_not_touched(node: Node) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(node.stack_dir / "code")
        os.execve(sys.executable, [sys.executable, "-c", "import time; time.sleep(600)"], {})
    try:
        wait_until(lambda: os.readlink(f"/proc/{pid}/cwd") == str(node.stack_dir / "code"))
        node.stop("nobody")
        assert running(pid)
    finally:
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


@pytest.mark.parametrize("text", ["", "[]", '{"state": 1}'])
def test_corrupt_files_do_not_prevent_a_stop(node: Node, text: str) -> None:
    pid = node.start()["pid"]
    for file in ("state.json", "spec.json", "members.json", "../../owner.json"):
        (node.stack_dir / "instances" / "a" / file).write_text(text)
    assert [one["id"] for one in node("status")["instances"]] == ["a"]
    node.stop()
    assert (running(pid), node.processes()) == (False, {})
