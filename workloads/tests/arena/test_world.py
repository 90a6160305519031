"""The rules of the world, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from evaluation import evaluation
from matching import opponents
from policies import GAINS, ONE, OUTCOMES, POLICIES
from world import Batch, Integers, Moves, World

C, D = 1, 0
NOBODY_SLIPS = 0


def only(name: str, agents: int = 4, noise: int = NOBODY_SLIPS) -> World:
    """A world of one policy."""
    return World(agents, 1, tuple(int(kind.name == name) for kind in POLICIES), noise)


def batch(world: World, trust: list[list[int]] | None = None) -> Batch:
    count = world.agents
    first = world.first_trust(world.kinds(0, count))
    given = first if trust is None else np.array(trust, dtype=np.int32)
    return Batch(world, 0, count, given, np.zeros(count, dtype=np.int64))


def record(*moves: int) -> Moves:
    return np.array(moves, dtype=np.uint8)


def step_in_which(world: World, *met: int) -> int:
    return next(
        step
        for step in range(1, 99)
        if opponents(world.agents, world.seed, step, 0, world.agents).tolist() == [*met]
    )


def test_payoffs() -> None:
    world = only("cooperator")
    agents = batch(world, trust=[[ONE, 0, ONE, 0], [ONE, 0, ONE, 0]])
    step = step_in_which(world, 2, 3, 0, 1)
    moves = agents.decide(step, record(C, C, C, C))
    assert moves.tolist() == [C, D, C, D]
    assert agents.settle(moves)[0].tolist() == [2, 0, 0, 2]
    assert agents.points.tolist() == [3, 1, 3, 1]
    step = step_in_which(world, 3, 2, 1, 0)
    moves = agents.decide(step, moves)
    assert dict(zip(OUTCOMES, agents.settle(moves)[0].tolist(), strict=True)) == {
        "punishment": 0,
        "temptation": 2,
        "sucker": 2,
        "reward": 0,
    }
    assert agents.points.tolist() == [3, 6, 3, 6]


@pytest.mark.parametrize(
    ("name", "moves"),
    [("cooperator", [C, C, C, C]), ("defector", [D, D, D, D]), ("tit_for_tat", [D, C, C, D])],
)
def test_policies_answer_what_the_opponent_played_last_against_anybody(name: str, moves: list[int]) -> None:
    world = only(name)
    step = step_in_which(world, 1, 0, 3, 2)
    assert batch(world).decide(step, record(C, D, D, C)).tolist() == moves


def test_the_generous_forgive_one_defection_in_three() -> None:
    world = only("generous", agents=30_000)
    assert batch(world).decide(1, np.ones(world.agents, dtype=np.uint8)).all()
    forgiven = batch(world).decide(1, np.zeros(world.agents, dtype=np.uint8)).mean()
    assert forgiven == pytest.approx(1 / 3, abs=0.01)


def test_slips_are_as_frequent_as_said() -> None:
    world = only("defector", agents=30_000, noise=ONE // 10)
    assert batch(world).decide(1, np.ones(world.agents, dtype=np.uint8)).mean() == pytest.approx(
        0.1, abs=0.007
    )


def test_gains() -> None:
    """Aspiration 2, the farthest payoff 3 away, an eighth of the way: 65536 / 8 * (payoff - 2) / 3."""
    assert dict(zip(OUTCOMES, GAINS, strict=True)) == {
        "punishment": -2731,
        "temptation": 8192,
        "sucker": -5461,
        "reward": 2731,
    }


@pytest.mark.parametrize(
    ("known", "start", "theirs", "after"),
    [
        (C, ONE, D, ONE - 5461),  # cooperated for nothing: less of it
        (C, ONE, C, ONE),  # more than certain is not possible
        (D, 0, D, 2731),  # both defected: 1 is less than hoped for, so less defection
        (D, 0, C, 0),
    ],
)
def test_learners_repeat_what_paid(known: int, start: int, theirs: int, after: int) -> None:
    world = only("learner")
    trust: Integers = np.full((2, 4), ONE // 2, dtype=np.int32)
    trust[known] = start
    agents = batch(world, trust.tolist())
    own = agents.decide(1, np.full(4, known, dtype=np.uint8))
    assert own.tolist() == [C if start else D] * 4
    agents.settle(np.full(4, theirs, dtype=np.uint8))
    assert agents.trust[known].tolist() == [after] * 4
    assert agents.trust[1 - known].tolist() == [ONE // 2] * 4


@pytest.mark.parametrize(
    ("theirs", "cooperated", "defected"),
    # Half of the way is left: 32768 * gain / 65536, rounded down; one who defected goes the mirrored way.
    [(C, 32768 + 1365, 32768 - 4096), (D, 32768 - 2731, 32768 + 1366)],
)
def test_learners_in_doubt(theirs: int, cooperated: int, defected: int) -> None:
    world = only("learner", agents=1000)
    agents = batch(world)
    own = agents.decide(1, np.ones(1000, dtype=np.uint8))
    assert 400 < own.sum() < 600
    agents.settle(np.full(1000, theirs, dtype=np.uint8))
    assert agents.trust[1].tolist() == [cooperated if move == C else defected for move in own]


def test_only_learners_learn() -> None:
    for kind in POLICIES:
        world = only(kind.name, agents=100, noise=ONE // 2)
        agents = batch(world)
        before, played = agents.trust.copy(), record(*[C] * 100)
        for step in range(1, 10):
            played = agents.decide(step, played)
            agents.settle(played)
        assert (agents.trust == before).all() == (not kind.learns)


def test_shares_of_the_policies() -> None:
    counts = np.bincount(World(60_000, 4, (1, 2, 0, 3, 0)).kinds(0, 60_000), minlength=5)
    assert counts.tolist() == pytest.approx([10_000, 20_000, 0, 30_000, 0], abs=500)


def test_evaluation() -> None:
    tally = np.zeros((5, 4), dtype=np.int64)
    tally[0] = [0, 0, 1, 3]
    tally[1] = [2, 1, 0, 1]
    assert evaluation(tally) == {
        "cooperation": 0.625,
        "mean_payoff": 2.375,
        "policies": {
            "cooperator": {"cooperation": 1.0, "mean_payoff": 2.25},
            "defector": {"cooperation": 0.25, "mean_payoff": 2.5},
        },
    }
