"""What all experiments have in common: log, results, stop, resumption, errors.

Does not prove: anything under a real supervisor, nor what a power cut leaves of the database.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from experiment_node import CODE, ExperimentNode, eventually

ISOLATED = ["split_brain_A", "split_brain_B", "player_A", "player_B"]
ON_THEIR_OWN = [*ISOLATED, "historian", "subject", "observer"]
"""All that can finish without another; the other members of the hive wait for the historian."""
QUICK: dict[str, Any] = {"step_seconds": 0.01}


@pytest.mark.parametrize("name", ON_THEIR_OWN)
def test_does_its_steps_and_leaves_log_and_results(node: ExperimentNode, name: str) -> None:
    if name not in ISOLATED:
        node.give_ports(name)
    assert node.start(name, **QUICK, steps=3).wait(10) == 0
    assert node.events(name) == ["started", "step", "step", "step", "completed"]
    assert [line["step"] for line in node.log(name)] == [0, 1, 2, 3, 3]
    assert {line["instance"] for line in node.log(name)} == {f"test/{name}"}
    assert node.kept_steps(name) == [1, 2, 3]
    for facts, line in zip(node.kept_facts(name), node.log(name)[1:]):
        assert line == {**line, **facts}


def test_holds_its_ram(node: ExperimentNode) -> None:
    process = node.start("player_A", hold_mb=60)
    node.await_step("player_A", 1)
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    assert 60_000_000 < pages * os.sysconf("SC_PAGE_SIZE") < 90_000_000


@pytest.mark.parametrize("name", [*ON_THEIR_OWN, "critic"])
def test_stops_within_two_seconds_when_told_to(node: ExperimentNode, name: str) -> None:
    if name not in ISOLATED:
        node.give_ports(name)
    process = node.start(name, step_seconds=60)
    eventually(lambda: node.events(name)[1:])  # its first step, or that it waits
    process.terminate()
    assert process.wait(2) == 143
    assert node.events(name) == ["started", "waiting" if name == "critic" else "step", "stopped"]


@pytest.mark.parametrize("name", ["split_brain_A", "player_B", "historian"])
def test_on_another_node_it_goes_on_from_its_checkpoint(
    node: ExperimentNode, name: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = ExperimentNode(tmp_path / "other")
    if name not in ISOLATED:
        node.give_ports(name)
        other.give_ports(name)
    process = node.start(name, step_seconds=0.01, steps=0)
    node.await_step(name, 5)
    process.send_signal(signal.SIGUSR1)
    assert process.wait(5) == 138
    assert node.events(name)[-2:] == ["checkpointed", "stopped"]
    done = node.kept_steps(name)[-1]
    other.take_checkpoint(node)
    assert other.start(name, **QUICK, steps=done + 3).wait(10) == 0
    assert other.events(name)[0] == "resumed"
    assert other.kept_steps(name) == list(range(1, done + 4))
    assert timeless(other, name)[:done] == timeless(node, name)
    assert list((other.directory / "checkpoint").iterdir()) == []


def test_a_checkpoint_that_was_taken_in_already_changes_nothing(node: ExperimentNode) -> None:
    process = node.start("player_A", step_seconds=0.01, steps=0)
    node.await_step("player_A", 3)
    process.send_signal(signal.SIGUSR1)
    process.wait(5)
    done = node.kept_steps("player_A")[-1]
    assert node.start("player_A", **QUICK, steps=done + 1).wait(10) == 0
    assert node.kept_steps("player_A") == list(range(1, done + 2))


def test_does_not_repeat_what_is_completed(node: ExperimentNode) -> None:
    assert node.start("player_A", **QUICK, steps=3).wait(10) == 0
    assert node.start("player_A", **QUICK, steps=3).wait(10) == 0
    assert node.events("player_A")[-2:] == ["resumed", "completed"]
    assert node.kept_steps("player_A") == [1, 2, 3]


@pytest.mark.parametrize("name", ["split_brain_A", "player_B"])
def test_killed_outright_it_goes_on_as_if_nothing_had_been(
    node: ExperimentNode, name: str, tmp_path: Path
) -> None:
    done = 0
    for _ in range(3):
        process = node.start(name, step_seconds=0, steps=0)
        node.await_step(name, done + 5)
        process.kill()
        process.wait()
        done = node.kept_steps(name)[-1]
    assert node.start(name, step_seconds=0, steps=done + 5).wait(10) == 0
    assert node.events(name).count("resumed") == 3
    assert node.kept_steps(name) == list(range(1, done + 6))

    (tmp_path / "undisturbed").mkdir()
    undisturbed = ExperimentNode(tmp_path / "undisturbed")
    assert undisturbed.start(name, step_seconds=0, steps=done + 5).wait(30) == 0
    assert timeless(node, name) == timeless(undisturbed, name)


def timeless(node: ExperimentNode, name: str) -> list[dict[str, Any]]:
    return [{**facts, "thought_ms": None} for facts in node.kept_facts(name)]


def test_many_write_to_one_database(node: ExperimentNode) -> None:
    processes = [node.start(name, step_seconds=0, steps=60) for name in ISOLATED]
    assert [process.wait(30) for process in processes] == [0, 0, 0, 0]
    assert [node.kept_steps(name) for name in ISOLATED] == [list(range(1, 61))] * 4


def test_waits_while_another_holds_the_database(node: ExperimentNode) -> None:
    with closing(sqlite3.connect(node.database, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        process = node.start("player_A", **QUICK, steps=2)
        eventually(lambda: node.events("player_A") == ["waiting"])
        connection.execute("COMMIT")
    assert node.log("player_A")[0]["reason"] == "another process is writing to the database"
    assert process.wait(10) == 0
    assert node.events("player_A") == ["waiting", "started", "step", "step", "completed"]


def test_the_isolated_open_no_socket(node: ExperimentNode) -> None:
    processes = {name: node.start(name, step_seconds=0.05) for name in ISOLATED}
    for step in range(1, 6):
        for name, process in processes.items():
            node.await_step(name, step)
            files = [os.path.realpath(file) for file in Path(f"/proc/{process.pid}/fd").iterdir()]
            assert str(node.directory / f"{name}.log") in files
            assert not [file for file in files if "socket:" in file]


KINDS = "HIVE_CLUSTER, PANOPTICON, PRISONERS_DILEMMA, SPLIT_BRAIN"
PLAYER = '"kind": "PRISONERS_DILEMMA", "step_seconds": 1, "steps": 0, "hold_mb": 0, "seed": 1'
WRONG = {
    '{"kind": "RIDDLE"}': f'CONFIG: kind: "RIDDLE" is not known, expected one of: {KINDS}',
    '{"kinds": "RIDDLE"}': f"CONFIG: kind: missing, expected one of: {KINDS}",
    '{"kind": "PANOPTICON", "role": "guard"}': (
        'CONFIG: role: "guard" is not known, expected one of: observer, subject'
    ),
    "[]": "CONFIG: expected a JSON object",
    "{": "CONFIG: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    f'{{{PLAYER}, "cooperate": 0.5}}': "CONFIG: remorse: missing, expected a number from 0 to 1",
    f'{{{PLAYER}, "cooperate": 1.5, "remorse": true, "steps": -1, "mercy": 1}}': (
        "CONFIG: steps: expected a whole number ≥ 0, got -1; "
        "cooperate: expected a number from 0 to 1, got 1.5; "
        "remorse: expected a number from 0 to 1, got true; "
        "mercy: unknown key"
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_wrong_settings_are_told_in_one_line(tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.json"
    config.write_text(text)
    assert failure(tmp_path, BERTH_CONFIG=str(config)) == (
        2,
        WRONG[text].replace("CONFIG", str(config)) + "\n",
    )


def test_a_missing_config_file_is_told_in_one_line(tmp_path: Path) -> None:
    missing = str(tmp_path / "no.json")
    text = f"{missing}: [Errno 2] No such file or directory: '{missing}'\n"
    assert failure(tmp_path, BERTH_CONFIG=missing) == (2, text)


def test_a_missing_environment_is_told_in_one_line(tmp_path: Path) -> None:
    text = "environment: BERTH_STACK, BERTH_CONFIG not set\n"
    assert failure(tmp_path, BERTH_STACK="") == (2, text)


def test_one_that_needs_peers_says_so(tmp_path: Path) -> None:
    text = "environment: BERTH_PEERS, BERTH_HOST or BERTH_PORT not set; use network: peers\n"
    assert failure(tmp_path, BERTH_CONFIG="configs/critic.json") == (2, text)


def failure(directory: Path, **environment: str) -> tuple[int, str]:
    """Exit code and stderr of an experiment that cannot start."""
    surroundings = {"BERTH_STACK": "test", "BERTH_INSTANCE": "x", "BERTH_DB": str(directory / "x.db")}
    ended = subprocess.run(
        ["python3", "main.py"],
        cwd=CODE,
        env={"PATH": os.environ["PATH"], **surroundings, **environment},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    assert ended.stdout == ""
    return ended.returncode, ended.stderr
