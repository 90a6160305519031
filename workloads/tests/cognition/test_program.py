"""The program as a process: results, errors, and a driver that is killed and started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from arguments import parse
from batch import score
from cluster import await_room
from conftest import CODE, COUNT, SEED
from generative_model import GenerativeModel
from inference_engine import InferenceEngine
from input_stream import inputs_of
from outcome import Outcome
from pipeline import Stuck
from transmitters import Transmitters
from workspace import GlobalWorkspace

MODEL = GenerativeModel.read()
RUN = ["run", "--inputs", str(COUNT), "--seed", str(SEED)]


def start(directory: Path, cluster: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    """The program with a directory for its files."""
    directory.mkdir(exist_ok=True)
    places = {"BERTH_CHECKPOINT_DIR": str(directory), "BERTH_RESULT": str(directory / "result.json")}
    return subprocess.Popen(
        [sys.executable, "-m", "main", *arguments],
        cwd=CODE,
        env={**os.environ, "RAY_ADDRESS": cluster, **places, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(directory: Path, cluster: str, *arguments: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What it says, and its result."""
    process = start(directory, cluster, *arguments)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 0, stderr
    lines = [json.loads(line) for line in stdout.splitlines()]
    assert lines[-1] == json.loads((directory / "result.json").read_text())
    return lines[:-1], lines[-1]


def test_a_driver_that_is_killed_goes_on_where_it_was(
    cluster: str, undisturbed: Outcome, tmp_path: Path
) -> None:
    process = start(tmp_path, cluster, *RUN, "--pause", "0.05")
    assert process.stdout
    said = [json.loads(process.stdout.readline()) for _ in range(16)]
    assert [(line["event"], line["sequence"]) for line in said] == [
        ("started", 0),
        *(("acknowledged", number) for number in range(1, 16)),
    ]
    process.kill()
    unread, _ = process.communicate()
    acknowledged = 15 + unread.count("\n")

    said, resumed = result_of(tmp_path, cluster, *RUN)
    kept = resumed["run"]["resumed_after"]
    assert acknowledged <= kept <= acknowledged + 1 < COUNT
    assert [(line["event"], line["sequence"]) for line in said] == [
        ("resumed", kept),
        *(("acknowledged", number) for number in range(kept + 1, COUNT + 1)),
        ("completed", COUNT),
    ]
    assert resumed["outcome"] == undisturbed.told(MODEL)


def test_a_batch_is_scored_as_first_inputs_are(cluster: str, tmp_path: Path) -> None:
    count, scores = 2500, tmp_path / "scores.jsonl"
    arguments = ["--inputs", str(count), "--seed", str(SEED), "--gpus", "0.5", "--scores", str(scores)]
    _, result = result_of(tmp_path, cluster, "batch", *arguments)
    told = [json.loads(line) for line in scores.read_text().splitlines()]
    assert [row["sequence"] for row in told] == list(range(1, count + 1))
    outcome = result["outcome"]
    assert (
        outcome["inputs"] == sum(outcome["policies"].values()) == sum(outcome["observed"].values()) == count
    )
    assert outcome["free_energy"]["risk"] == pytest.approx(sum(row["risk"] for row in told) / count)

    rest = Transmitters().levels
    for moment, row in zip(inputs_of(None, 200, SEED), told, strict=False):
        seen = GlobalWorkspace().broadcast(moment.signals, rest).observation
        decision = InferenceEngine(MODEL, horizon=2, seed=SEED).step(1, seen, rest["dopamine"])
        assert (row["observed"], row["surprise"]) == (seen, pytest.approx(decision.surprise))
        assert row["risk"] + row["ambiguity"] == pytest.approx(decision.best)

    file = tmp_path / "inputs.jsonl"
    file.write_text("".join(moment.line() + "\n" for moment in inputs_of(None, count, SEED)))
    assert score(MODEL, 2, file=file, count=0, seed=0, gpus=0.5, scores=None) == outcome


WRONG = {
    "run --horizon 7": "main run: error: argument --horizon: expected a whole number from 1 to 6, got 7",
    "run --file no.jsonl": "main run: error: argument --file: expected a file to read, got no.jsonl",
    "batch --gpus 1.5": (
        "main batch: error: argument --gpus: expected a share below 1 or a whole number, got 1.5"
    ),
    "batch --scores /dev/null/there": (
        "main batch: error: argument --scores: expected a file to write to, got /dev/null/there:"
        " Not a directory"
    ),
}


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_command_is_told(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse("", command.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith(f"{WRONG[command]}\n")


def test_a_wrong_model_is_told_before_ray_starts(tmp_path: Path) -> None:
    process = start(tmp_path, "127.0.0.1:1", "run", "--model", "no.json")
    stdout, stderr = process.communicate(timeout=120)
    told = "no.json: [Errno 2] No such file or directory: 'no.json'\n"
    assert (process.returncode, stdout, stderr) == (2, "", told)


def test_where_nothing_can_be_kept_is_told_before_ray_starts(tmp_path: Path) -> None:
    process = start(tmp_path, "127.0.0.1:1", "run", BERTH_CHECKPOINT_DIR="/dev/null/there")
    stdout, stderr = process.communicate(timeout=120)
    told = "/dev/null/there: cannot keep a checkpoint there: Not a directory\n"
    assert (process.returncode, stdout, stderr) == (2, "", told)


def test_what_the_cluster_has_too_little_of_is_told(cluster: str) -> None:
    await_room({"CPU": 1.5, "GPU": 0}, seconds=0)
    with pytest.raises(Stuck) as told:
        await_room({"CPU": 2.5, "GPU": 3}, seconds=0)
    assert (
        str(told.value)
        == "this cluster has 2 CPUs and 1 GPUs, as Ray counts them; the program needs 2.5 and 3"
    )
