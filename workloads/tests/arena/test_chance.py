"""Chance, and who meets whom by it."""

from __future__ import annotations

import numpy as np
import pytest
from chance import MATCHING, MOVES, POLICIES, draws
from matching import opponents


def test_draws_are_these_for_ever() -> None:
    """A run may go on from a checkpoint on another computer, with another numpy."""
    assert draws(1, MOVES, 1, 0, 4).tolist() == [307063200, 3767348578, 220153793, 1454723653]
    assert draws(1, MOVES, 1, 100_000, 2).tolist() == [1431704623, 2960981597]


@pytest.mark.parametrize(
    ("first", "count"), [(0, 256), (256, 256), (3, 1), (7, 2), (8, 8), (255, 513), (999, 1)]
)
def test_an_agent_draws_the_same_in_any_batch(first: int, count: int) -> None:
    everybody = draws(7, MOVES, 40, 0, 1000)
    assert draws(7, MOVES, 40, first, count).tolist() == everybody[first : first + count].tolist()


def test_seeds_purposes_and_steps_have_chances_of_their_own() -> None:
    streams = [
        draws(seed, purpose, step, 0, 100).tolist()
        for seed in (0, 1, 2**64)
        for purpose in (MATCHING, MOVES, POLICIES)
        for step in (0, 1, 2**40)
    ]
    assert len({number for stream in streams for number in stream}) > 0.999 * 27 * 100


def test_four_agents_meet_as_in_a_round_robin() -> None:
    met = {tuple(opponents(4, 1, step, 0, 4).tolist()) for step in range(1, 40)}
    assert met == {(3, 2, 1, 0), (1, 0, 3, 2), (2, 3, 0, 1)}


@pytest.mark.parametrize("agents", [2, 6, 256, 1000])
def test_whom_one_meets_meets_one(agents: int) -> None:
    everybody = np.arange(agents)
    for step in range(1, 30):
        met = opponents(agents, 5, step, 0, agents)
        assert (met[met] == everybody).all()
        assert (met != everybody).all()


def test_all_pairs_meet_equally_often() -> None:
    rounds = {tuple(opponents(10, 3, step, 0, 10).tolist()) for step in range(1, 400)}
    assert len(rounds) == 9
    assert sorted({(a, b) for met in rounds for a, b in enumerate(met)}) == [
        (a, b) for a in range(10) for b in range(10) if a != b
    ]


def test_a_batch_finds_its_opponents_by_itself() -> None:
    for step in range(1, 30):
        everybody = opponents(1000, 9, step, 0, 1000).tolist()
        for first, last in ((0, 256), (256, 512), (768, 1000), (999, 1000)):
            assert opponents(1000, 9, step, first, last).tolist() == everybody[first:last]
