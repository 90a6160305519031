"""A purge leaves exactly what it must: results unless asked, and what is somebody else's."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import tempfile
import traceback
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from removal import remove_tree
from supervised_node import OWNER, PROGRAM, Node, Refused, running, wait_until


def files(node: Node) -> list[str]:
    return sorted(str(path.relative_to(node.work_dir)) for path in node.work_dir.rglob("*"))


def remember(node: Node, *instances: str) -> None:
    with closing(sqlite3.connect(node.work_dir / "logs" / "experiments.db")) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS steps (instance TEXT, step INTEGER)")
        database.executemany("INSERT INTO steps VALUES (?, 1)", [(instance,) for instance in instances])


def remembered(node: Node) -> list[str]:
    with closing(sqlite3.connect(node.work_dir / "logs" / "experiments.db")) as database:
        return [row[0] for row in database.execute("SELECT instance FROM steps ORDER BY instance")]


def test_without_purge_the_results_stay(node: Node) -> None:
    pid = node.start("a", "print('kept', flush=True); import time; time.sleep(600)")["pid"]
    remember(node, "lab/a")
    assert node.purge() == {"ended": 1, "changed": True}
    assert (running(pid), node.processes()) == (False, {})
    assert files(node) == ["logs", "logs/experiments.db", "logs/lab", "logs/lab/a.log"]
    assert remembered(node) == ["lab/a"]
    assert node.purge() == {"ended": 0, "changed": False}


def test_with_purge_nothing_stays_not_even_a_work_directory_that_was_made(
    empty_node: Node, tmp_path: Path
) -> None:
    empty_node.work_dir = tmp_path / "deep" / "down" / "work"
    empty_node.preflight()
    empty_node.start(
        "a", log_max_bytes=10, script="print('a line\\n' * 9, flush=True); import time; time.sleep(600)"
    )
    wait_until(lambda: (empty_node.work_dir / "logs" / "lab" / "a.log.3").exists())
    empty_node.stop("a")  # its log is remembered
    empty_node.start("b")
    remember(empty_node, "lab/a", "lab/b")
    empty_node.purge(purge=True)
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


def test_a_work_directory_that_was_there_stays(empty_node: Node) -> None:
    empty_node.work_dir.mkdir()
    empty_node.preflight()
    empty_node.start()
    empty_node.purge(purge=True)
    assert files(empty_node) == []


def test_what_is_another_stacks_stays(node: Node) -> None:
    other = node.beside("other")
    other.environment = node.environment
    other.preflight()
    theirs = other.start("a")  # the same name: each has a log of its own
    node.start("a")
    (node.work_dir / "logs" / "notes.txt").write_text("of a person")
    remember(node, "lab/a", "other/a", "lab2/a")
    node.stop("a")
    node.purge(purge=True)
    assert running(theirs["pid"]) and other.start("a") == {**theirs, "changed": False}
    assert [name for name in files(node) if name.startswith("logs")] == [
        "logs",
        "logs/experiments.db",
        "logs/notes.txt",
        "logs/other",
        "logs/other/a.log",
    ]
    assert remembered(node) == ["lab2/a", "other/a"]
    assert not node.stack_dir.exists()


def test_processes_are_found_even_when_their_directory_is_gone(node: Node) -> None:
    pid = node.start()["pid"]
    supervisor = node.supervisor()
    for path in sorted((node.work_dir / ".berth").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    assert node.purge()["ended"] == 1
    assert not running(pid) and not running(supervisor)


def test_strays_of_killed_supervisors_are_ended(node: Node) -> None:
    ignoring = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)"
    ignoring += "\nwhile True: time.sleep(1)"
    pids = [node.start(id, ignoring)["pid"] for id in ("a", "b")]
    wait_until(lambda: node.log("a") == node.log("b") == "up\n")
    for supervisor in [pid for pid, supervises in node.processes().items() if supervises]:
        os.kill(supervisor, signal.SIGKILL)
    assert node.purge()["ended"] == 2
    assert not any(running(pid) for pid in pids)


@pytest.mark.parametrize("verb", ["purge", "stop", "roster"])
def test_a_stack_of_somebody_else_is_refused(node: Node, verb: str) -> None:
    with pytest.raises(Refused) as refused:
        node(verb, owner="bob@other:/tmp#2", keep={}, peers={}, instance={"id": "a"})
    assert refused.value.lines == [
        f"berth: OwnerMismatch: stack lab in {node.work_dir} belongs to {OWNER}, and this is"
        " bob@other:/tmp#2;"
        " destroy it from there; if that state is lost, remove"
        f" {node.stack_dir}/owner.json on this node and run the update again"
    ]


def test_a_folder_that_another_node_has_taken_over_is_left_alone(node: Node) -> None:
    before = node.start()
    node.preflight(node={"name": "rpi2"})  # renamed in the cluster file; what is left of rpi1 goes last
    late = {"node": {"name": "rpi1"}}
    assert node("purge", program=PROGRAM, purge=True, **late) == {"ended": 0, "changed": False}
    assert node.start() == {**before, "changed": False}
    node.preflight(node={})  # does not say which: the last name stays
    assert node("purge", program=PROGRAM, node={"name": "rpi2"}) == {"ended": 1, "changed": True}


@pytest.mark.parametrize("asked", [{}, {"node": {}}, {"node": {"name": "rpi2"}}])
def test_a_purge_without_a_name_on_either_side_purges(node: Node, asked: dict[str, object]) -> None:
    if asked.get("node"):
        (node.stack_dir / "owner.json").write_text(json.dumps({"owner": OWNER}))
    assert node("purge", program=PROGRAM, **asked)["changed"] is True


def test_results_that_are_no_database_are_left_and_said(node: Node) -> None:
    node.start("a", "print('mine')", settle_s=20)
    wait_until(lambda: not node.processes())
    database = node.work_dir / "logs" / "experiments.db"
    database.write_text("notes of a person, not a database at all\n" * 99)
    assert node.purge(purge=True) == {"ended": 0, "changed": True, "left": [str(database)]}
    assert files(node) == ["logs", "logs/experiments.db"]
    assert database.read_text().startswith("notes")


def test_results_beside_the_logs_go_with_them(node: Node) -> None:
    script = "import os; open(os.environ['BERTH_LOG_DIR'] + '/weights.bin', 'w').close()"
    node.start("a", script, settle_s=20)
    assert (node.work_dir / "logs" / "lab" / "weights.bin").exists()
    node.purge(purge=True)
    assert files(node) == []


def test_a_log_folder_that_a_person_has_put_elsewhere_is_only_let_go(node: Node, tmp_path: Path) -> None:
    elsewhere = tmp_path / "large-disk"
    elsewhere.mkdir()
    (node.work_dir / "logs").mkdir()
    (node.work_dir / "logs" / "lab").symlink_to(elsewhere)
    node.start("a", "print('there')", settle_s=20)
    node.purge(purge=True)
    assert (elsewhere / "a.log").read_text() == "there\n"
    assert files(node) == []


def test_no_stack_and_no_instance_has_the_name_of_a_file_of_berth(node: Node) -> None:
    for stack in ("lock", "node.json", "_lab"):
        other = node.beside(stack)
        other.environment = node.environment
        other.preflight()
        assert other.start(f"_of_{stack}")["changed"] is True
        assert other.purge(purge=True)["changed"] is True
    with pytest.raises(Refused):
        node.beside(".lock").preflight()


def in_child(work: Callable[[], None]) -> int:
    """The exit code of a forked child that does `work` as an ordinary user."""
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_read_only_folders_are_removed_too() -> None:
    home = Path(tempfile.mkdtemp(dir="/tmp"))
    home.chmod(0o777)
    outside = home / "outside"

    def work() -> None:
        outside.mkdir()
        for name in ("a/b", "c"):
            folder = home / "code" / name
            folder.mkdir(parents=True)
            (folder / "file").write_text("")
        (home / "code" / "link").symlink_to(outside)
        outside.chmod(0o500)
        for name in ("code/a/b", "code/a", "code/c", "code"):
            (home / name).chmod(0 if name == "code/c" else 0o500)
        remove_tree(home / "code")
        assert outside.stat().st_mode & 0o777 == 0o500

    try:
        assert in_child(work) == 0
        assert not (home / "code").exists()
    finally:
        shutil.rmtree(home)
