"""The levels of the transmitters, and what a moment does to them."""

from __future__ import annotations

import random
from math import log

import pytest
from consequence import consequence
from signals import Signal
from transmitters import TRANSMITTERS, Transmitters
from workspace import Broadcast


def test_start_at_rest_and_stay_there() -> None:
    transmitters = Transmitters()
    assert transmitters.apply({}) == dict.fromkeys(TRANSMITTERS, 0.5)


def test_add_deltas_and_recover() -> None:
    transmitters = Transmitters()
    assert transmitters.apply({"dopamine": 0.2, "cortisol": -0.1}) == {
        **dict.fromkeys(TRANSMITTERS, 0.5),
        "dopamine": 0.7,
        "cortisol": 0.4,
    }
    after = transmitters.apply({})
    assert after["dopamine"] == pytest.approx(0.65)  # a quarter of the way from 0.7 to 0.5
    assert after["cortisol"] == pytest.approx(0.425)


def test_much_dopamine_calls_forth_its_opponent() -> None:
    transmitters = Transmitters({**dict.fromkeys(TRANSMITTERS, 0.5), "dopamine": 0.7})
    after = transmitters.apply({"dopamine": 0.2})
    assert after["dopamine"] == pytest.approx(0.85)
    assert after["norepinephrine"] == pytest.approx(0.6)


def test_just_enough_dopamine_does_not() -> None:
    assert Transmitters().apply({"dopamine": 0.3})["norepinephrine"] == 0.5


def test_levels_never_leave_their_range() -> None:
    chance = random.Random(1)
    transmitters = Transmitters()
    reached: set[float] = set()
    for _ in range(500):
        levels = transmitters.apply({name: chance.uniform(-1, 1) for name in TRANSMITTERS})
        assert all(0 <= level <= 1 for level in levels.values())
        reached.update(levels.values())
    assert {0.0, 1.0} <= reached


def test_what_is_no_transmitter_is_refused_as_a_whole() -> None:
    transmitters = Transmitters()
    with pytest.raises(
        KeyError, match="adrenaline: expected some of dopamine, serotonin, oxytocin, cortisol"
    ):
        transmitters.apply({"dopamine": 0.2, "adrenaline": 1.0})
    assert transmitters.levels == dict.fromkeys(TRANSMITTERS, 0.5)


def test_a_consequence_follows_the_most_salient_signal() -> None:
    threat, reward = Signal("a", "threat", 0.9), Signal("b", "reward", 0.7)
    seen = Broadcast(((threat, 0.8), (reward, 0.7)), 0.8)
    assert consequence(seen, "withdraw", surprise=2.0) == pytest.approx(
        {
            "norepinephrine": (2 - log(5)) * 0.05 + 0.8 * 0.1,
            "cortisol": 0.8 * 0.2 - 0.1,
            "serotonin": -0.8 * 0.1 + 0.05,
        }
    )


def test_a_quiet_moment_leaves_its_surprise() -> None:
    assert consequence(Broadcast((), 0.4), "wait", surprise=log(5) + 1) == pytest.approx(
        {"norepinephrine": 0.05}
    )
    assert consequence(Broadcast((), 0.4), "wait", surprise=log(5) - 1) == pytest.approx(
        {"norepinephrine": -0.05}
    )
