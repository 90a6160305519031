"""Active inference against values computed by hand, and what must hold for every model."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest
from free_energy import (
    ExpectedFreeEnergy,
    all_policies,
    divergence,
    entropy,
    expected_free_energy,
    posterior,
    softmax,
)
from generative_model import Array, GenerativeModel
from inference_engine import InferenceEngine, precision

SHIPPED = GenerativeModel.read()
STAY, SWAP = 0, 1
TWO = GenerativeModel(
    observations=("good", "bad"),
    states=("here", "there"),
    actions=("stay", "swap"),
    A=np.array([[0.9, 0.2], [0.1, 0.8]]),
    B=np.array([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]),
    C=np.array([0.8, 0.2]),
    D=np.array([0.5, 0.5]),
    digest="two",
)


def of(model: GenerativeModel, policy: tuple[int, ...], belief: list[float]) -> ExpectedFreeEnergy:
    return expected_free_energy(model, [policy], np.array([belief]).T)


def distributions(count: int, size: int) -> Array:
    return np.random.default_rng(1).dirichlet(np.full(size, 0.3), size=count).T


def test_divergence_by_hand() -> None:
    assert divergence(np.array([0.5, 0.5]), np.array([0.25, 0.75])) == pytest.approx(
        0.5 * log(2) + 0.5 * log(2 / 3)
    )
    assert divergence(np.array([1.0, 0.0]), np.array([0.25, 0.75])) == pytest.approx(log(4))


def test_divergence_is_never_negative_and_zero_only_from_itself() -> None:
    p, q = distributions(1000, 5), np.clip(distributions(1000, 5)[:, ::-1], 1e-12, None)
    q /= q.sum(axis=0)
    assert np.all(divergence(p, q) >= 0)
    assert np.count_nonzero(divergence(p, q) < 1e-6) == 0
    assert divergence(q, q) == pytest.approx(np.zeros(1000))


def test_entropy_by_hand_and_within_its_bounds() -> None:
    assert entropy(np.array([[0.5, 1.0, 0.9], [0.5, 0.0, 0.1]])) == pytest.approx(
        [log(2), 0, -0.9 * log(0.9) - 0.1 * log(0.1)]
    )
    of_all = entropy(distributions(1000, 5))
    assert np.all((of_all >= 0) & (of_all <= log(5) + 1e-12))


def test_softmax_sums_up_to_one_and_never_overflows() -> None:
    assert softmax(np.array([0.0, log(3)])) == pytest.approx([0.25, 0.75])
    assert softmax(np.array([1e4, 0.0])) == pytest.approx([1, 0])
    scores = np.random.default_rng(1).normal(scale=50, size=(64, 100))
    assert softmax(scores).sum(axis=0) == pytest.approx(np.ones(100))
    assert softmax(scores + 1e3) == pytest.approx(softmax(scores))


def test_posterior_by_hand() -> None:
    belief, surprise = posterior(TWO, np.array([0.5, 0.5]), observation=0)
    assert belief == pytest.approx([0.45 / 0.55, 0.1 / 0.55])
    assert surprise == pytest.approx(-log(0.55))


def test_what_a_prior_rules_out_is_judged_from_the_first_prior() -> None:
    sure = replace(TWO, A=np.array([[1.0, 0.0], [0.0, 1.0]]))
    belief, surprise = posterior(sure, np.array([1.0, 0.0]), observation=1)
    assert belief.tolist() == [0.0, 1.0]
    assert surprise == pytest.approx(log(2))


def test_risk_and_ambiguity_by_hand() -> None:
    """Q(o) = (0.9 · 0.25 + 0.2 · 0.75, …) = (0.375, 0.625) after a swap from (0.75, 0.25)."""
    expected = of(TWO, (SWAP,), [0.75, 0.25])
    assert expected.risk[0, 0] == pytest.approx(0.375 * log(0.375 / 0.8) + 0.625 * log(0.625 / 0.2))
    sharp, vague = -0.9 * log(0.9) - 0.1 * log(0.1), -0.2 * log(0.2) - 0.8 * log(0.8)
    assert expected.ambiguity[0, 0] == pytest.approx(0.25 * sharp + 0.75 * vague)
    assert expected.total == pytest.approx(expected.risk + expected.ambiguity)


def test_times_add_up() -> None:
    """Two swaps are a swap and then, from where that led, another."""
    first, second = of(TWO, (SWAP,), [0.75, 0.25]), of(TWO, (SWAP,), [0.25, 0.75])
    both = of(TWO, (SWAP, SWAP), [0.75, 0.25])
    assert both.risk == pytest.approx(first.risk + second.risk)
    assert both.ambiguity == pytest.approx(first.ambiguity + second.ambiguity)


def test_who_reaches_the_preferred_outcome_expects_less() -> None:
    assert of(TWO, (SWAP,), [0.0, 1.0]).total < of(TWO, (STAY,), [0.0, 1.0]).total
    turned = replace(TWO, C=TWO.C[::-1])
    assert of(turned, (SWAP,), [0.0, 1.0]).total > of(turned, (STAY,), [0.0, 1.0]).total


def test_of_equal_risk_the_informative_state_is_preferred() -> None:
    """Both states let expect what is wanted on the average, but "there" tells which it was."""
    model = replace(
        TWO,
        states=("blurred", "left", "right"),
        A=np.array([[0.5, 1.0, 0.0], [0.5, 0.0, 1.0]]),
        B=np.array([np.eye(3), [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]]]),
        C=np.array([0.5, 0.5]),
        D=np.array([1.0, 0.0, 0.0]),
    )
    stay, look = of(model, (STAY,), [1.0, 0.0, 0.0]), of(model, (SWAP,), [1.0, 0.0, 0.0])
    assert stay.risk == pytest.approx(look.risk)
    assert (stay.ambiguity[0, 0], look.ambiguity[0, 0]) == (pytest.approx(log(2)), pytest.approx(0))
    assert look.total < stay.total


def test_many_beliefs_at_once_are_each_by_itself() -> None:
    beliefs = distributions(50, len(SHIPPED.states))
    policies = all_policies(SHIPPED, 2)
    at_once = expected_free_energy(SHIPPED, policies, beliefs).total
    assert at_once.shape == (16, 50)
    for column in range(50):
        alone = expected_free_energy(SHIPPED, policies, beliefs[:, [column]]).total
        assert at_once[:, [column]] == pytest.approx(alone)


def test_risk_and_ambiguity_are_never_negative() -> None:
    expected = expected_free_energy(
        SHIPPED, all_policies(SHIPPED, 3), distributions(200, len(SHIPPED.states))
    )
    assert np.all(expected.risk >= 0)
    assert np.all(expected.ambiguity >= 0)


@pytest.mark.parametrize(
    ("observations", "action"),
    [(["threat"] * 3, "withdraw"), (["reward"] * 3, "approach")],
)
def test_the_shipped_model_does_what_one_would_expect(observations: list[str], action: str) -> None:
    engine = InferenceEngine(SHIPPED, horizon=2, seed=1)
    decisions = [
        engine.step(sequence, observed, dopamine=100.0) for sequence, observed in enumerate(observations, 1)
    ]  # so sure that it takes the best
    assert decisions[-1].action == action
    assert decisions[-1].risk + decisions[-1].ambiguity == pytest.approx(decisions[-1].best)


def test_choices_follow_their_probabilities() -> None:
    prior = np.array([0.5, 0.5])
    chosen = [
        InferenceEngine(TWO, 1, seed, prior).step(1, "good", dopamine=0.5).action for seed in range(2000)
    ]
    belief, _ = posterior(TWO, prior, 0)
    total = expected_free_energy(TWO, [(STAY,), (SWAP,)], belief[:, np.newaxis]).total[:, 0]
    stays = 1 / (1 + np.exp(-precision(0.5) * (total[SWAP] - total[STAY])))
    deviation = np.sqrt(2000 * stays * (1 - stays))
    assert abs(chosen.count("stay") - 2000 * stays) < 4 * deviation


def test_the_next_prior_is_where_the_action_leads() -> None:
    engine = InferenceEngine(TWO, horizon=1, seed=1)
    belief, _ = posterior(TWO, TWO.D, 0)
    decision = engine.step(1, "good", dopamine=0.5)
    assert engine.prior == pytest.approx(TWO.B[TWO.actions.index(decision.action)] @ belief)
