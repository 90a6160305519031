"""The loader: what runs before the program is there, or when it takes too long."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from pathlib import Path

import pytest
from supervised_node import PROGRAM, SUPERVISOR, Node, Refused, wait_until


@pytest.mark.parametrize("verb", ["stop", "roster", "status"])
def test_where_nothing_is_installed_nothing_is_there(empty_node: Node, verb: str) -> None:
    assert empty_node(verb, instance={"id": "a"}, keep={}, peers={}) == {"state": "absent"}
    assert not empty_node.work_dir.exists()


def test_other_verbs_need_an_installed_program(empty_node: Node) -> None:
    with pytest.raises(Refused) as refused:
        empty_node.start()
    assert refused.value.lines == [
        f"berth: NotInstalled: {empty_node.stack_dir} has no supervisor; set the node up anew with the"
        " node's preflight: pulumi up --replace '**::<node>-preflight'"
    ]


def test_a_purge_where_nothing_is_finds_nothing(empty_node: Node) -> None:
    assert empty_node.purge(purge=True) == {"ended": 0, "changed": False}
    assert not empty_node.work_dir.exists()


def test_a_verb_that_waits_for_the_node_says_who_has_it(node: Node) -> None:
    with open(node.work_dir / ".berth" / ".lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.truncate(0)
        lock.write("start of other/x (process 4711)")
        lock.flush()
        begin = time.monotonic()
        with pytest.raises(Refused) as refused:
            node("stop", instance={"id": "a"}, deadline_s=1)
    assert time.monotonic() - begin >= 1
    assert refused.value.lines == [
        f"berth: NodeBusy: start of other/x (process 4711) has held {node.work_dir}/.berth/.lock until"
        " this command's"
        " deadline; run the update again"
    ]


def test_a_verb_ends_at_its_deadline(node: Node) -> None:
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    node.start("a", f"{ignoring}; print('up', flush=True); time.sleep(600)", stop_grace_s=3)
    wait_until(node.log)
    with pytest.raises(Refused) as refused:
        node("stop", instance={"id": "a"}, deadline_s=1)
    assert refused.value.lines == ["berth: DeadlineExceeded: stop took longer than 1 s; run the update again"]
    assert node.stop()["changed"] is True


def test_unknown_verbs_and_directories_are_refused(node: Node) -> None:
    for verb, fields, problem in [
        (
            "restart",
            {},
            "there is no verb restart; there are facts, preflight, roster, start, stop, status, logs,"
            " ray-environment, ray-joined, ray-job, ray-job-stop, ray-remove, census, examine,"
            " watch, session, release, checkpoint, snapshot, purge",
        ),
        (
            "status",
            {"work_dir": "here", "program": PROGRAM},
            "work_dir must be absolute or start with ~/, got 'here'",
        ),
        ("stop", {}, "instance.id must be a name of letters, digits, '.', '_' and '-', got None"),
    ]:
        with pytest.raises(Refused) as refused:
            node(verb, **fields)
        assert refused.value.lines == [
            f"berth: BadRequest: {problem}; use the components of the same version of Berth"
        ]


def test_a_home_directory_is_resolved(empty_node: Node, tmp_path: Path) -> None:
    empty_node.environment["HOME"] = str(tmp_path)
    empty_node.preflight(work_dir="~/work")
    assert empty_node.stack_dir.is_dir()


def test_an_old_python_says_so() -> None:
    pretence = "import sys\nsys.version_info, sys.version = (3, 6, 9), '3.6.9 (default)'\n"
    text = f"{pretence}{(SUPERVISOR / 'loader.py').read_text()}\nload('{{\"deadline_s\": 5}}')\n"
    old = subprocess.run([sys.executable, "-I", "-", "facts"], input=text, capture_output=True, text=True)
    assert old.stderr == f"berth: PythonTooOld: {sys.executable} is 3.6.9; install Python 3.8 or later\n"
    assert (old.stdout, old.returncode) == ("", 1)


def test_a_mistake_in_the_program_is_one_line_without_values(empty_node: Node) -> None:
    program = {**PROGRAM, "purge.py": "def purge(*_):\n    return {}['s3cret']\n"}
    with pytest.raises(Refused) as refused:
        empty_node("purge", program=program)
    assert refused.value.code == 70
    assert refused.value.lines == [
        "berth: Bug: purge ended with KeyError in line 2 of purge; report it to who maintains Berth"
    ]
