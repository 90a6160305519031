"""Start is an ensure: one process, restarted exactly when what it is given changes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from supervised_node import OWNER, Node, Refused, finished, running, wait_until


def test_starting_twice_gives_one_process(node: Node) -> None:
    first = node.start()
    assert first == {"state": "running", "pid": first["pid"], "restarts": 0, "changed": True}
    assert node.start() == {**first, "changed": False}
    assert list(node.processes().values()).count(False) == 1


@pytest.mark.parametrize("name", ["two words", "$HOME %n ${PATH}", "a\"b'c\\\\x20"])
def test_a_work_directory_of_any_name(empty_node: Node, tmp_path: Path, name: str) -> None:
    empty_node.work_dir = tmp_path / name / "work"
    empty_node.preflight()
    script = "import os; print(os.environ['BERTH_TAG'], os.environ['TEST_MARK'])"
    empty_node.start("a", script, settle_s=20)
    assert empty_node.log() == f"{empty_node.work_dir}/.berth/lab/a {tmp_path}\n"
    empty_node.purge()
    assert empty_node.processes() == {}


def test_many_starts_at_the_same_time_give_one_process(node: Node) -> None:
    request = node.start_request()
    answers = [finished(process) for process in [node.popen("start", **request) for _ in range(5)]]
    assert sorted(answer["changed"] for answer in answers) == [False, False, False, False, True]
    assert len({answer["pid"] for answer in answers}) == 1
    assert sorted(node.processes().values()) == [False, True]


def test_a_changed_spec_restarts_exactly_once(node: Node) -> None:
    script = "print('once', flush=True); import time; time.sleep(600)"
    before = node.start("a", script)
    wait_until(lambda: node.log() == "once\n")
    after = node.start("a", script, env={"ROLE": "other"})
    assert (after["changed"], after["restarts"], after["pid"] != before["pid"]) == (True, 0, True)
    assert not running(before["pid"])
    assert node.start("a", script, env={"ROLE": "other"})["changed"] is False
    wait_until(lambda: node.log() == "once\nonce\n")


def test_limits_of_the_node_and_an_unused_address_restart_nobody(node: Node) -> None:
    before = node.start(host="10.0.0.1", port=None)
    larger = {"memory_limit_bytes": 2 * 10**9, "gpu_memory_limit_bytes": 0, "max_instances": 2}
    assert node.start(host="10.0.0.2", port=9001, limits=larger) == {**before, "changed": False}


def test_the_address_of_a_peer_restarts_it(node: Node) -> None:
    before = node.start(host="10.0.0.1", port=9001, network="peers")
    after = node.start(host="10.0.0.1", port=9002, network="peers")
    assert after["changed"] and after["pid"] != before["pid"]


def test_what_an_instance_finds_in_its_environment(node: Node, tmp_path: Path) -> None:
    node.environment.update(
        SSH_CONNECTION="10.0.0.9 1 10.0.0.1 22", BERTH_LAB_FACTS=str(tmp_path / "facts.json")
    )
    (tmp_path / "facts.json").write_text("{}")
    code = node.stack_dir / "code" / "0123"
    code.mkdir()
    node.start(
        "a",
        "import os, json; print(json.dumps([os.getcwd(), dict(os.environ)]))",
        env={"ROLE": "observer", "BERTH_TAG": "forged"},
        config="experiments/a.json",
        code="0123",
        network="peers",
        host="10.0.0.1",
        port=9003,
        settle_s=20,
    )
    directory, environment = json.loads(node.log())
    own = {name: value for name, value in environment.items() if name.startswith(("BERTH_", "SSH_", "ROLE"))}
    assert directory == str(code)
    assert own == {
        "BERTH_STACK": "lab",
        "BERTH_INSTANCE": "a",
        "BERTH_CONFIG": f"{code}/experiments/a.json",
        "BERTH_LOG_DIR": f"{node.work_dir}/logs/lab",
        "BERTH_DB": f"{node.work_dir}/logs/experiments.db",
        "BERTH_TAG": f"{node.work_dir}/.berth/lab/a",
        "BERTH_MEMORY_BYTES": "200000000",
        "BERTH_HOST": "10.0.0.1",
        "BERTH_PORT": "9003",
        "BERTH_PEERS": f"{node.work_dir}/.berth/lab/peers.json",
        "ROLE": "observer",
    }


def test_the_command_lets_go_of_its_session_although_the_instance_writes_on(node: Node) -> None:
    # Else it would not be done: its pipes are read to their end.
    node.start("a", "import time\nwhile True: print('on and on', flush=True); time.sleep(0.01)")
    pid = node.status()["pid"]
    assert os.readlink(f"/proc/{pid}/fd/0") == "/dev/null"
    assert os.getsid(pid) == pid and os.getsid(node.supervisor()) == node.supervisor()
    assert [os.readlink(f"/proc/{node.supervisor()}/fd/{fd}") for fd in (0, 1)] == ["/dev/null"] * 2


def test_a_start_that_fails_at_once_leaves_no_entry_and_says_what_the_log_says_without_secrets(
    node: Node,
) -> None:
    script = "import os; print('token is', os.environ['TOKEN']); print('no such file'); raise SystemExit(4)"
    with pytest.raises(Refused) as refused:
        node.start("a", script, env={"TOKEN": "s3cret"}, settle_s=20)
    assert refused.value.lines == [
        "berth: EarlyExit: lab/a ended with exit code 4 at once; its log ends with: token is *** | no"
        " such file;"
        " correct the instance, then run the update again"
    ]
    assert refused.value.code == 1
    assert (list((node.stack_dir / "instances").iterdir()), node.processes()) == ([], {})


def test_a_command_that_is_not_there_is_refused_before_anything_is_stopped(node: Node) -> None:
    before = node.start()
    with pytest.raises(Refused) as refused:
        node.start(command=["/opt/nothing", "secret"])
    assert refused.value.lines == [
        "berth: CommandNotFound: lab/a is to run /opt/nothing, which cannot be found or not be executed"
        f" (looked in {node.work_dir}); install it on the node, or correct the instance's command"
    ]
    assert node.start() == {**before, "changed": False}


def test_code_that_is_not_there_is_refused(node: Node) -> None:
    with pytest.raises(Refused) as refused:
        node.start(code="4711")
    assert refused.value.lines == [
        f"berth: CodeMissing: the code of lab/a is not in {node.stack_dir}/code/4711;"
        " run the update again, which copies it"
    ]


def test_versions_of_the_code_that_nobody_uses_any_more_are_removed(node: Node) -> None:
    code = node.stack_dir / "code"
    for version in ("1", "2"):
        (code / version).mkdir()
    node.start("a", code="1")
    node.start("b", code="1")
    assert sorted(path.name for path in code.iterdir()) == ["1", "current"]
    (code / "2").mkdir()
    node.start("a", code="2")
    assert sorted(path.name for path in code.iterdir()) == ["1", "2", "current"]
    node.start("b", code="2")
    assert (sorted(path.name for path in code.iterdir()), os.readlink(code / "current")) == (
        ["2", "current"],
        "2",
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"id": "../b"}, "instance.id must be a name of letters, digits, '.', '_' and '-', got '../b'"),
        ({"comand": []}, "instance.comand is not known"),
        ({"memory_bytes": "4 GB"}, "instance.memory_bytes must be a whole number ≥ 0"),
        ({"memory_bytes": 0}, "instance.memory_bytes must be more than 0"),
        ({"command": []}, "instance.command must be a list of texts, not empty"),
        (
            {"restart": {"policy": "never", "interval_s": 1, "backoff_s": 1}},
            "restart: missing 1 required positional argument: 'attempts'",
        ),
    ],
)
def test_a_wrong_request_is_refused_with_exit_code_2(
    node: Node, change: dict[str, object], problem: str
) -> None:
    request = node.start_request()
    request["instance"].update(change)
    with pytest.raises(Refused) as refused:
        node("start", **request)
    assert refused.value.lines == [
        f"berth: BadRequest: {problem}; use the components of the same version of Berth"
    ]
    assert refused.value.code == 2


def test_another_owner_is_refused(node: Node) -> None:
    with pytest.raises(Refused) as refused:
        node("start", **{**node.start_request(), "owner": "bob@other:/tmp#2"})
    assert refused.value.lines == [
        f"berth: OwnerMismatch: stack lab in {node.work_dir} belongs to {OWNER}, and this is"
        " bob@other:/tmp#2;"
        " destroy it from there; if that state is lost, remove"
        f" {node.stack_dir}/owner.json on this node and run the update again"
    ]


def test_a_supervisor_that_cannot_start_is_a_named_error(node: Node) -> None:
    program = (node.stack_dir / "supervisor" / "supervise.py").resolve()
    program.write_text("raise SystemExit('broken')\n")
    with pytest.raises(Refused) as refused:
        node.start()
    assert refused.value.lines == [
        "berth: SupervisorDied: the supervisor of lab/a ended before its instance ran; its last words:"
        " broken;"
        " run the update again"
    ]
    assert list((node.stack_dir / "instances").iterdir()) == []


def test_a_start_that_was_killed_half_way_is_adopted(node: Node) -> None:
    request = node.start_request()
    killed = node.popen("start", **request)
    pid = wait_until(lambda: node.state().get("pid"))
    killed.kill()
    killed.communicate()
    assert node("start", **request) == {"state": "running", "pid": pid, "restarts": 0, "changed": False}
