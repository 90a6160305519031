"""A run that was ended goes on where it was, whatever state its files are in.

Does not prove: what a disk keeps in a power cut.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from arena_run import DIGEST, STEPS, WORLD, ArenaRun
from crew import LocalCrew
from state import State
from world import World

CHECKPOINTS = ["000000000016.checkpoint", "000000000020.checkpoint"]


def begun(folder: Path) -> ArenaRun:
    """A run that was ended after 20 steps: checkpoints at 16 and 20."""
    run = ArenaRun(folder)
    run.to(20)
    assert run.files() == [*CHECKPOINTS, "metrics.jsonl"]
    return run


def file_of(run: ArenaRun, name: str) -> Path:
    assert run.folder
    return next(run.folder.glob(f"*{name}"))


def steps_told(folder: Path) -> list[int]:
    return [json.loads(line)["step"] for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_goes_on_from_the_last_with_another_crew(tmp_path: Path) -> None:
    begun(tmp_path)
    run = ArenaRun(tmp_path, LocalCrew(WORLD, 3))
    assert run.to(STEPS).digest() == DIGEST
    assert run.said[0] == {"event": "resumed", "step": 20, "agents": 5000}
    assert run.tournament.course.resumed_from == 20
    assert steps_told(tmp_path) == list(range(1, STEPS + 1))


def test_a_finished_run_has_its_result_at_once(tmp_path: Path) -> None:
    ArenaRun(tmp_path).to(STEPS)
    run = ArenaRun(tmp_path)
    assert run.to(STEPS).digest() == DIGEST
    assert run.tournament.course.step_seconds == []


def test_state_survives_as_it_is() -> None:
    state = ArenaRun().to(9)
    assert State.from_bytes(state.to_bytes()).digest() == state.digest()


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_falls_back_to_the_one_before_a_damaged_one(tmp_path: Path, damage: bytes | None) -> None:
    last = file_of(begun(tmp_path), CHECKPOINTS[1])
    content = last.read_bytes()
    flipped = content[:-9] + bytes([content[-9] ^ 1]) + content[-8:]
    last.write_bytes(flipped if damage is None else damage)
    run = ArenaRun(tmp_path)
    assert run.to(STEPS).digest() == DIGEST
    assert run.said[:2] == [
        {
            "event": "checkpoint-damaged",
            "file": str(last),
            "reason": "its checksum is another",
            "removed": True,
        },
        {"event": "resumed", "step": 16, "agents": 5000},
    ]
    assert steps_told(tmp_path) == list(range(1, STEPS + 1))


def test_starts_from_the_beginning_when_all_are_damaged(tmp_path: Path) -> None:
    run = begun(tmp_path)
    for name in CHECKPOINTS:
        file_of(run, name).write_bytes(b"")
    run = ArenaRun(tmp_path)
    assert run.to(STEPS).digest() == DIGEST
    assert [event["event"] for event in run.said[:3]] == [
        "checkpoint-damaged",
        "checkpoint-damaged",
        "started",
    ]


def test_one_that_was_being_written_does_not_count(tmp_path: Path) -> None:
    last = file_of(begun(tmp_path), CHECKPOINTS[1])
    last.with_name(last.name.replace("20.checkpoint", "24.new")).write_bytes(last.read_bytes()[:1000])
    with open(tmp_path / "metrics.jsonl", "a") as file:
        file.write('{"step": 21, "coop')
    run = ArenaRun(tmp_path)
    assert run.to(STEPS).digest() == DIGEST
    assert run.said[0]["step"] == 20
    assert len((tmp_path / "metrics.jsonl").read_text().splitlines()) == STEPS


def test_other_worlds_may_share_the_folder(tmp_path: Path) -> None:
    begun(tmp_path)
    other = World(5000, 4)
    run = ArenaRun(tmp_path, LocalCrew(other))
    run.to(10, other)
    assert run.said[0] == {"event": "started", "step": 0, "agents": 5000}
    assert run.files() == [
        "000000000008.checkpoint",
        "000000000010.checkpoint",
        *CHECKPOINTS,
        "metrics.jsonl",
    ]


def test_fewer_steps_than_before_leave_the_later_checkpoints_alone(tmp_path: Path) -> None:
    begun(tmp_path)
    run = ArenaRun(tmp_path)
    assert run.to(18).digest() == ArenaRun().to(18).digest()
    assert run.said[0]["step"] == 16
    assert run.files() == [CHECKPOINTS[0], "000000000018.checkpoint", CHECKPOINTS[1], "metrics.jsonl"]
    ArenaRun(tmp_path).to(STEPS)
    assert steps_told(tmp_path) == list(range(1, STEPS + 1))  # also those that only the first run played


def test_metrics_go_on_behind_what_is_no_line_of_theirs(tmp_path: Path) -> None:
    begun(tmp_path)
    with open(tmp_path / "metrics.jsonl", "ab") as file:
        file.write(b"\0\0\0\n[21]\n")
    ArenaRun(tmp_path).to(STEPS)
    assert steps_told(tmp_path) == list(range(1, STEPS + 1))
