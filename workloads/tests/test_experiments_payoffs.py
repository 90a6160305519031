"""PRISONERS_DILEMMA's score, settled from the databases of two nodes after the players have played."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from experiment_node import CODE, ExperimentNode


def payoffs(*arguments: object) -> tuple[int, str, str]:
    command = ["python3", "payoffs.py", *map(str, arguments)]
    ended = subprocess.run(command, cwd=CODE, capture_output=True, text=True, timeout=10, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def play(node: ExperimentNode, name: str, steps: int, cooperate: float) -> Path:
    assert node.start(name, step_seconds=0, steps=steps, cooperate=cooperate, remorse=0).wait(10) == 0
    return node.database


def two_nodes(directory: Path) -> tuple[ExperimentNode, ExperimentNode]:
    for name in ("rpi1", "rpi2"):
        (directory / name).mkdir()
    return ExperimentNode(directory / "rpi1"), ExperimentNode(directory / "rpi2")


def test_settles_the_rounds_that_both_have_played(tmp_path: Path) -> None:
    rpi1, rpi2 = two_nodes(tmp_path)
    databases = play(rpi1, "player_A", 12, cooperate=1), play(rpi2, "player_B", 10, cooperate=0)
    score = {"rounds": 10, "payoffs": {"test/player_A": 0, "test/player_B": 50}}
    assert payoffs(*databases) == (0, json.dumps(score) + "\n", "")


def test_agrees_with_the_moves_of_the_shipped_players(tmp_path: Path) -> None:
    rpi1, rpi2 = two_nodes(tmp_path)
    for node, name in ((rpi1, "player_A"), (rpi2, "player_B")):
        assert node.start(name, step_seconds=0, steps=50).wait(10) == 0
    a, b = (
        [facts["move"][0] for facts in node.kept_facts(name)]
        for node, name in ((rpi1, "player_A"), (rpi2, "player_B"))
    )
    points = {"cc": 3, "cd": 0, "dc": 5, "dd": 1}
    score = {
        "test/player_A": sum(points[mine + others] for mine, others in zip(a, b)),
        "test/player_B": sum(points[mine + others] for mine, others in zip(b, a)),
    }
    assert {"c", "d"} == {*a} == {*b}
    assert json.loads(payoffs(rpi1.database, rpi2.database)[1]) == {"rounds": 50, "payoffs": score}


def test_players_of_one_node_are_told_apart_by_name(node: ExperimentNode) -> None:
    for name in ("player_A", "player_B"):
        play(node, name, 3, cooperate=1)
    both = (node.database, node.database)
    problem = "expected one player, got test/player_A, test/player_B; name them with --players"
    assert payoffs(*both) == (2, "", f"{node.database}: {problem}\n")
    score = {"rounds": 3, "payoffs": {"test/player_A": 9, "test/player_B": 9}}
    assert payoffs(*both, "--players", "test/player_A", "test/player_B") == (0, json.dumps(score) + "\n", "")


def test_a_database_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    missing = tmp_path / "no.db"
    assert payoffs(missing, missing) == (2, "", f"{missing}: unable to open database file\n")
    assert not missing.exists()
