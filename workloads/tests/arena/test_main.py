"""The program as one calls it, without Ray."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from arena_run import DIGEST, STEPS
from arguments import parse

CODE = Path(__file__).parents[2] / "arena"
THE_RUN = ["--agents", "5000", "--seed", "3", "--steps", str(STEPS)]


def start(*words: str, **variables: object) -> subprocess.Popen[str]:
    environment = {**os.environ, **{name: str(value) for name, value in variables.items()}}
    command = [sys.executable, "-m", "main", *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=CODE, env=environment, stdout=pipe, stderr=pipe, text=True)


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_result(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    output, errors = start(*THE_RUN, "--actors", "none", BERTH_RESULT=file).communicate(timeout=60)
    events, result = lines(output)[:-1], json.loads(file.read_text())
    assert errors == ""
    assert lines(output)[-1] == result
    assert [event["event"] for event in events] == ["started", "completed"]
    times = {name: result.pop(name) for name in ("step_ms", "checkpoint_ms")}
    assert {name: figures["count"] for name, figures in times.items()} == {"step_ms": 51, "checkpoint_ms": 1}
    assert list(times["step_ms"]) == ["count", "p50", "p95", "p99", "max"]
    assert result == {
        "agents": 5000,
        "seed": 3,
        "steps": 50,
        "digest": DIGEST,
        "last_step": result["last_step"],
        "all_steps": result["all_steps"],
        "members": 1,
        "resumed_from": 0,
        "recoveries": [],
    }
    policies = result["all_steps"]["policies"]
    assert list(policies) == ["cooperator", "defector", "tit_for_tat", "generous", "learner"]
    assert policies["defector"]["cooperation"] == pytest.approx(0.01, abs=0.003)  # its slips


def test_goes_on_after_it_was_killed(tmp_path: Path) -> None:
    """Killed at any moment, as often as it takes."""
    words = ["--agents", "5000", "--seed", "3", "--actors", "none", "--checkpoint-every", "5", "--steps"]
    kept = {"BERTH_CHECKPOINT_DIR": tmp_path}
    for _ in range(3):
        run = start(*words, "1000000", **kept)
        seen = len(list(tmp_path.glob("*.checkpoint")))
        deadline = time.monotonic() + 60
        while len(list(tmp_path.glob("*.checkpoint"))) < max(2, seen) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.2)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    done = max(int(path.stem.partition("-")[2]) for path in tmp_path.glob("*.checkpoint"))
    output, _ = start(*words, str(done + 7), **kept).communicate(timeout=60)
    whole, _ = start(*words, str(done + 7)).communicate(timeout=60)
    assert lines(output)[0]["event"] == "resumed"
    assert lines(output)[-1]["resumed_from"] == done
    for figure in ("digest", "last_step", "all_steps"):
        assert lines(output)[-1][figure] == lines(whole)[-1][figure]
    (metrics,) = tmp_path.glob("*-metrics.jsonl")
    steps = [json.loads(line)["step"] for line in metrics.read_text().splitlines()]
    assert steps == list(range(1, done + 8))


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--agents", "7"], "argument --agents: expected an even number ≥ 2: all need an opponent, got '7'"),
        (["--steps", "0"], "argument --steps: expected a whole number ≥ 1, got '0'"),
        (["--noise", "2"], "argument --noise: expected a number from 0 to 1, got '2'"),
        (["--noise", "much"], "argument --noise: expected a number from 0 to 1, got 'much'"),
        (["--answer-seconds", "0"], "argument --answer-seconds: expected a number of seconds > 0, got '0'"),
        (
            ["--actors", "all"],
            "argument --actors: expected per-node, per-core, none or a whole number ≥ 1, got 'all'",
        ),
        (
            ["--mix", "saint=1"],
            "argument --mix: expected NAME=SHARE,… of cooperator, defector, tit_for_tat, generous, learner,"
            " shares whole and names once, got 'saint=1'",
        ),
        (
            ["--mix", "learner=0"],
            "argument --mix: expected shares that sum up to 1 to 4294967295, got 'learner=0'",
        ),
        (
            ["--mix", "learner=5000000000"],
            "argument --mix: expected shares that sum up to 1 to 4294967295, got 'learner=5000000000'",
        ),
        (
            ["--seed", f"{2**128}"],
            f"argument --seed: expected a whole number from 0 to {2**128 - 1}, got '{2**128}'",
        ),
        (
            ["--checkpoint-dir", "/dev/null/there"],
            "argument --checkpoint-dir: expected a folder to write to, got '/dev/null/there':"
            " Not a directory",
        ),
        (
            ["--metrics", "/dev/null/there"],
            "argument --metrics: expected a file to write to, got '/dev/null/there': Not a directory",
        ),
    ],
)
def test_wrong_arguments(words: list[str], problem: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse("", words)
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"python -m main: error: {problem}\n")


def test_variables_that_are_empty_are_none(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "main", *THE_RUN, "--actors", "none"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(CODE), "BERTH_CHECKPOINT_DIR": "", "BERTH_RESULT": ""},
        stdout=subprocess.PIPE,
        timeout=60,
        check=True,
    )
    assert lines(run.stdout.decode())[-1]["digest"] == DIGEST
    assert list(tmp_path.iterdir()) == []


def test_worlds_that_share_a_folder_have_metrics_of_their_own(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        words = ["--actors", "none", "--agents", "300", "--steps", "3", "--seed", seed]
        start(*words, "--checkpoint-dir", str(tmp_path)).communicate(timeout=60)
    assert len(list(tmp_path.glob("*-metrics.jsonl"))) == 2


def test_shares_may_be_left_out() -> None:
    output, _ = start("--mix", "learner=3,defector=1", "--actors", "none", "--steps", "2").communicate(
        timeout=60
    )
    assert list(lines(output)[-1]["all_steps"]["policies"]) == ["defector", "learner"]
