"""The same result whoever did the work, and whatever happened to them.

Does not prove: that a crew on Ray notices a loss (test_ray.py).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from arena_run import DIGEST, STEPS, WORLD, ArenaRun, FailingCrew
from crew import LocalCrew, NobodyLeft, shares
from world import World


def test_the_result_is_this_one_for_ever() -> None:
    state = ArenaRun().to(STEPS)
    assert state.digest() == DIGEST
    assert state.step == STEPS
    assert state.totals.sum() == STEPS * WORLD.agents
    assert state.last.sum() == WORLD.agents
    assert state.points.sum() == (state.totals @ np.array([1, 5, 0, 3])).sum()


@pytest.mark.parametrize("members", [2, 3, 7, 20, 33])
def test_any_number_of_members(members: int) -> None:
    assert ArenaRun(crew=LocalCrew(WORLD, members)).to(STEPS).digest() == DIGEST


@pytest.mark.parametrize("every", [1, 7, 50, 1000])
def test_any_number_of_steps_between_checkpoints(every: int) -> None:
    assert ArenaRun(every=every).to(STEPS).digest() == DIGEST


def test_other_worlds_have_other_results() -> None:
    for world in (World(5000, 4), World(5002, 3), World(5000, 3, noise=0), World(5000, 3, (1, 1, 1, 1, 2))):
        assert ArenaRun(crew=LocalCrew(world)).to(STEPS, world).digest() != DIGEST


@pytest.mark.parametrize(
    ("agents", "members", "expected"),
    [
        (1000, 1, [(0, 1000)]),
        (1000, 2, [(0, 512), (512, 1000)]),
        (1000, 3, [(0, 256), (256, 512), (512, 1000)]),
        (512, 7, [(0, 256), (256, 512)]),
        (2, 2, [(0, 2)]),
    ],
)
def test_agents_are_shared_out_in_blocks(agents: int, members: int, expected: list[tuple[int, int]]) -> None:
    assert shares(agents, members) == expected


def test_goes_back_to_the_last_checkpoint_when_members_are_lost(tmp_path: Path) -> None:
    run = ArenaRun(tmp_path / "lossy", FailingCrew({1: 3, 12: 2, 13: 1, 40: 3}))
    assert run.to(STEPS).digest() == DIGEST
    assert [event for event in run.said if event["event"] == "lost"] == [
        {"event": "lost", "step": 0, "reason": "call 1", "back_to": 0},
        {"event": "lost", "step": 10, "reason": "call 12", "back_to": 8},
        {"event": "lost", "step": 8, "reason": "call 13", "back_to": 8},
        {"event": "lost", "step": 34, "reason": "call 40", "back_to": 32},
    ]
    assert [
        (event["step"], event["members"], event["reason"]) for event in run.tournament.course.recoveries
    ] == [(0, 3, "call 1"), (10, 1, "call 12"), (34, 3, "call 40")]
    undisturbed = ArenaRun(tmp_path / "quiet")
    undisturbed.to(STEPS)
    lossy, quiet = (tmp_path / name / "metrics.jsonl" for name in ("lossy", "quiet"))
    assert lossy.read_text() == quiet.read_text()
    assert len(quiet.read_text().splitlines()) == STEPS


def test_shares_out_anew_when_somebody_joins() -> None:
    run = ArenaRun(crew=FailingCrew({5: 1}, grows={20: 3, 30: 4}))
    assert run.to(STEPS).digest() == DIGEST
    joined = [event for event in run.said if event["event"] == "reinforced"]
    assert joined == [
        {"event": "reinforced", "step": 16, "members": 3},
        {"event": "reinforced", "step": 24, "members": 4},
    ]


def test_gives_up_when_members_are_lost_again_and_again() -> None:
    run = ArenaRun(crew=FailingCrew({call: 1 for call in range(20, 99)}))
    with pytest.raises(NobodyLeft, match=r"^members were lost 10 times since step 16$"):
        run.to(STEPS)
