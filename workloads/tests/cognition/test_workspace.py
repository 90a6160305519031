"""Which signals get into the global workspace."""

from __future__ import annotations

import itertools

import pytest
from salience import DRIVES, salience
from signals import KINDS, Signal
from transmitters import TRANSMITTERS
from workspace import GlobalWorkspace

REST = dict.fromkeys(TRANSMITTERS, 0.5)


def test_each_kind_is_driven_by_weights_that_sum_up_to_one() -> None:
    assert set(DRIVES) == set(KINDS)
    for weights in DRIVES.values():
        assert sum(weights.values()) == pytest.approx(1)
        assert weights.keys() <= set(TRANSMITTERS)


@pytest.mark.parametrize("kind", KINDS)
def test_at_rest_salience_is_intensity(kind: str) -> None:
    assert salience(Signal("a", kind, 0.37), REST) == pytest.approx(0.37)


def test_salience_by_hand() -> None:
    alarmed = {**REST, "cortisol": 0.9, "norepinephrine": 0.7}
    # 0.6 · (0.5 + 0.6 · 0.9 + 0.4 · 0.7) = 0.6 · 1.32
    assert salience(Signal("a", "threat", 0.6), alarmed) == pytest.approx(0.792)
    assert salience(Signal("a", "reward", 0.6), alarmed) == pytest.approx(0.6)
    assert salience(Signal("a", "threat", 0.9), alarmed) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_more_of_what_drives_a_kind_makes_it_more_salient(kind: str) -> None:
    signal = Signal("a", kind, 0.5)
    for name in TRANSMITTERS:
        change = salience(signal, {**REST, name: 0.9}) - salience(signal, REST)
        assert (change > 0) == (name in DRIVES[kind])
        assert change >= 0


def test_only_what_is_above_the_threshold_gets_in() -> None:
    signals = [Signal("low", "social", 0.59), Signal("at", "social", 0.6), Signal("above", "social", 0.61)]
    seen = GlobalWorkspace().broadcast(signals, REST)
    assert [signal.id for signal, _ in seen.signals] == ["above"]
    assert seen.observation == "social"


def test_seven_at_most_the_most_salient_first_whatever_their_order() -> None:
    signals = [Signal(f"s{index}", "reward", 0.65 + index / 50) for index in range(9)]
    signals += [Signal("twin", "threat", 0.81)]  # as salient as s8
    expected = ["s8", "twin", "s7", "s6", "s5", "s4", "s3"]
    for turn in itertools.islice(itertools.permutations(signals), 0, None, 100_003):
        seen = GlobalWorkspace().broadcast(turn, REST)
        assert [signal.id for signal, _ in seen.signals] == expected
        assert seen.observation == "reward"
        assert seen.salience_max == pytest.approx(0.81)


def test_nothing_is_quiet() -> None:
    assert GlobalWorkspace().broadcast([], REST).observation == "quiet"
    faint = GlobalWorkspace().broadcast([Signal("a", "threat", 0.2)], REST)
    assert (faint.observation, faint.salience_max) == ("quiet", 0.2)
