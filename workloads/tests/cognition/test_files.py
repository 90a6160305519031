"""What the program reads and keeps: inputs, models, checkpoints."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoint import Checkpoint, CheckpointError, Identity
from generative_model import SHIPPED, GenerativeModel, ModelError
from inference_engine import Decision
from input_stream import generated_input, inputs_of
from outcome import Moment, Outcome
from signals import KINDS, Input, InputError, Signal
from transmitters import TRANSMITTERS
from workspace import Broadcast

IDENTITY = Identity(seed=1, horizon=2, capacity=7, model="m", inputs=None)


def test_generated_inputs_hang_on_seed_and_number_alone() -> None:
    first, again = list(inputs_of(None, 50, seed=3)), list(inputs_of(None, 30, seed=3))
    assert first[:30] == again
    assert [moment.sequence for moment in first] == list(range(1, 51))
    assert first != list(inputs_of(None, 50, seed=4))
    assert {signal.kind for moment in first for signal in moment.signals} == set(KINDS)
    assert {len(moment.signals) for moment in inputs_of(None, 500, seed=3)} == set(range(13))


def test_inputs_come_through_a_file_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "inputs.jsonl"
    file.write_text("".join(moment.line() + "\n" for moment in inputs_of(None, 20, seed=3)))
    assert list(inputs_of(file, 0, 0)) == list(inputs_of(None, 20, seed=3))


SIGNAL = '{"id": "a", "kind": "threat", "intensity": 0.5}'
WRONG_LINES = {
    "{": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    "[1]": "expected a JSON object with sequence and signals, got [1]",
    '{"sequence": 1}': "signals: missing",
    '{"sequence": 0, "signals": []}': "sequence: expected a whole number ≥ 1, got 0",
    '{"sequence": "1", "signals": []}': 'sequence: expected a whole number ≥ 1, got "1"',
    '{"sequence": 1, "signals": [{"id": "a", "kind": "threat"}]}': "intensity: missing",
    f'{{"sequence": 1, "signals": [{SIGNAL.replace("0.5", "1.5")}]}}': (
        "intensity: expected a number from 0 to 1, got 1.5"
    ),
    f'{{"sequence": 1, "signals": [{SIGNAL.replace("threat", "joke")}]}}': (
        'kind: expected one of reward, threat, social, novelty, got "joke"'
    ),
}


@pytest.mark.parametrize("line", WRONG_LINES)
def test_a_wrong_line_is_told_with_its_place(tmp_path: Path, line: str) -> None:
    file = tmp_path / "inputs.jsonl"
    file.write_text(f'{{"sequence": 1, "signals": [{SIGNAL}]}}\n{line}\n')
    inputs = inputs_of(file, 0, 0)
    assert next(inputs) == Input(1, (Signal("a", "threat", 0.5),))
    with pytest.raises(InputError) as told:
        next(inputs)
    assert str(told.value) == f"{file}:2: {WRONG_LINES[line]}"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        next(inputs_of(tmp_path / "no", 0, 0))
    assert str(told.value) == f"{tmp_path}/no: [Errno 2] No such file or directory: '{tmp_path}/no'"


def test_generated_inputs_are_valid() -> None:
    assert Input.of(generated_input(1, 2).line()) == generated_input(1, 2)


WRONG_MODELS: list[tuple[dict[str, Any], str]] = [
    ({"C": [0.25, 0.4, 0, 0.3, 0.05]}, "C: expected probabilities > 0"),
    ({"D": [0.5, 0.6, 0, 0, 0]}, "D: expected columns of probabilities that sum up to 1, got [0.5, 0.6, "),
    ({"A": [[1.0]]}, "A: expected 5 × 5 numbers, got 1 × 1"),
    (
        {"B": {"wait": [[1.0]]}},
        "B: expected a matrix for each of wait, explore, approach, withdraw, got wait",
    ),
    (
        {"observations": ["quiet", "noise"]},
        "observations: expected quiet, reward, threat, social, novelty, got quiet, noise",
    ),
    (
        {"A": np.eye(5).tolist(), "D": [0, 0.25, 0.25, 0.25, 0.25]},
        "A, D: quiet: expected to be possible in some state that D allows",
    ),
    ({"actions": None}, "actions: expected a list of different texts, got null"),
    ({"actions": [], "B": {}}, "actions: expected a list of different texts, got []"),
    ({"actions": ["wait", "wait"]}, 'actions: expected a list of different texts, got ["wait", "wait"]'),
    ({"states": "abcde"}, 'states: expected a list of different texts, got "abcde"'),
]


@pytest.mark.parametrize(("change", "text"), WRONG_MODELS)
def test_a_wrong_model_is_told_with_its_file(tmp_path: Path, change: dict[str, Any], text: str) -> None:
    file = tmp_path / "model.json"
    file.write_text(json.dumps({**json.loads(SHIPPED.read_text()), **change}))
    with pytest.raises(ModelError) as told:
        GenerativeModel.read(file)
    assert str(told.value).startswith(f"{file}: {text}")


def some_outcome() -> Outcome:
    outcome = Outcome.at_first(GenerativeModel.read())
    decision = Decision(("wait", "explore"), 0.5, surprise=0.1 + 0.2, risk=1 / 3, ambiguity=2 / 3, best=0.9)
    levels = dict(zip(TRANSMITTERS, np.linspace(0.1, 0.7, 5).tolist(), strict=True))
    outcome.add(1, Moment(Broadcast(((Signal("a", "reward", 0.9), 0.9),), 0.9), decision, levels, [0.2] * 5))
    return outcome


def test_a_checkpoint_gives_back_what_was_kept_to_the_last_bit(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "new" / "folder", IDENTITY)
    assert checkpoint.read() is None
    checkpoint.keep(some_outcome())
    assert Checkpoint(tmp_path / "new" / "folder", IDENTITY).read() == some_outcome()
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 1


def test_a_run_that_is_changed_is_another_one(tmp_path: Path) -> None:
    Checkpoint(tmp_path, IDENTITY).keep(some_outcome())
    for change in (
        {"seed": 2},
        {"horizon": 3},
        {"capacity": 3},
        {"model": "n"},
        {"inputs": "a.jsonl"},
        {"rules": 2},
    ):
        assert Checkpoint(tmp_path, replace(IDENTITY, **change)).read() is None
    assert Checkpoint(tmp_path, IDENTITY).read() == some_outcome()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"actions": {}, "policies": {}}'])
def test_what_is_no_checkpoint_is_refused(tmp_path: Path, text: str) -> None:
    Checkpoint(tmp_path, IDENTITY).keep(some_outcome())
    (file,) = tmp_path.iterdir()
    file.write_text(text)
    with pytest.raises(CheckpointError) as told:
        Checkpoint(tmp_path, IDENTITY).read()
    assert str(told.value) == f"{file}: no checkpoint of this program; remove the file"


def test_a_folder_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    there = tmp_path / "file"
    there.write_text("")
    with pytest.raises(CheckpointError) as told:
        Checkpoint(there, IDENTITY).keep(some_outcome())
    assert str(told.value) == f"{there}: cannot keep a checkpoint there: File exists"
    Checkpoint(tmp_path / "new", IDENTITY).keep(some_outcome())
    (file,) = (tmp_path / "new").iterdir()
    file.unlink()
    file.mkdir()
    with pytest.raises(CheckpointError) as told:
        Checkpoint(tmp_path / "new", IDENTITY).read()
    assert str(told.value) == f"{file}: cannot be read: Is a directory"


def test_the_trace_tells_the_order_of_moments() -> None:
    assert some_outcome().trace == some_outcome().trace
    longer = some_outcome()
    longer.add(2, Moment(Broadcast((), 0.0), Decision(("wait",), 1, 1, 1, 1, 1), longer.levels, longer.prior))
    assert longer.trace != some_outcome().trace
    assert (longer.sequence, longer.quiet, longer.broadcast) == (2, 1, 1)
