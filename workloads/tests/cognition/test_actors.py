"""The actors on a real Ray: effects that are repeated, processes that are killed.

Does not prove: anything about machines and networks that fail.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import ray
from checkpoint import Checkpoint, Identity
from conftest import COUNT, SEED, SecondNode
from consequence import consequence
from crew import LIGHT, Crew
from generative_model import GenerativeModel
from input_stream import inputs_of
from neurotransmitter_actor import NeurotransmitterActor
from once import Once, StateLost
from outcome import Outcome
from pipeline import Pipeline
from signals import Input, InputError
from transmitters import Levels

MODEL = GenerativeModel.read()
NOWHERE = Checkpoint(None, Identity(SEED, 2, 7, MODEL.digest, None))


def kill(life: str) -> None:
    os.kill(int(life.partition(":")[2]), signal.SIGKILL)


def test_an_effect_is_had_once() -> None:
    once: Once[str] = Once()
    with pytest.raises(StateLost, match="at -1, expected 0"):
        once.do(1, lambda: "before it was restored")
    once.restored(4)
    answers = iter(["once", "twice"])
    assert [once.do(5, lambda: next(answers)) for _ in range(3)] == ["once"] * 3
    for wrong in (4, 7):
        with pytest.raises(StateLost):
            once.do(wrong, lambda: "not in order")


def test_a_call_that_ray_repeats_changes_nothing(cluster: str) -> None:
    actor = ray.remote(num_cpus=0)(NeurotransmitterActor).remote()
    with pytest.raises(StateLost):
        ray.get(actor.get_state.remote(1), timeout=120)
    rest = dict.fromkeys(("dopamine", "serotonin", "oxytocin", "cortisol", "norepinephrine"), 0.5)
    ray.get(actor.restore.remote(0, rest), timeout=120)
    answers = ray.get([actor.apply_delta.remote(1, {"dopamine": 0.2}) for _ in range(3)], timeout=120)
    assert [levels["dopamine"] for levels in answers] == [0.7, 0.7, 0.7]
    assert ray.get(actor.get_state.remote(2), timeout=120)["dopamine"] == 0.7
    with pytest.raises(StateLost):
        ray.get(actor.get_state.remote(1), timeout=120)


def test_all_inputs_have_their_effect(undisturbed: Outcome) -> None:
    told = undisturbed.told(MODEL)
    assert undisturbed.sequence == COUNT
    assert sum(told["actions"].values()) == sum(told["policies"].values()) == COUNT
    assert set(told["actions"]) <= set(MODEL.actions)
    assert len(told["actions"]) > 1
    assert 0 < told["quiet"] < COUNT
    assert sum(told["prior"].values()) == pytest.approx(1)
    assert told["free_energy"]["expected"] == pytest.approx(
        told["free_energy"]["risk"] + told["free_energy"]["ambiguity"]
    )


def test_killed_actors_come_back_and_nothing_is_lost_or_done_twice(
    crew: Crew, undisturbed: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One between inputs; one after its effect, before the input is acknowledged; one before its effect."""
    pipeline = Pipeline(crew, NOWHERE, Outcome.at_first(MODEL))
    within = {15: "inference", 25: "transmitters"}

    def kill_within(*args: Any, **kwargs: Any) -> Levels:
        if name := within.pop(pipeline.outcome.sequence, None):
            kill(pipeline.lives[name])
        return consequence(*args, **kwargs)

    def inputs() -> Iterator[Input]:
        for moment in inputs_of(None, COUNT, SEED):
            if moment.sequence == 35:
                kill(pipeline.lives["workspace"])
            yield moment

    monkeypatch.setattr("crew.consequence", kill_within)
    pipeline.run(inputs())
    assert within == {}
    assert pipeline.restarts == {"transmitters": 1, "inference": 1, "workspace": 1}
    assert pipeline.outcome == undisturbed


def test_an_input_that_is_sent_twice_has_its_effect_once(crew: Crew, undisturbed: Outcome) -> None:
    pipeline = Pipeline(crew, NOWHERE, Outcome.at_first(MODEL))
    inputs = list(inputs_of(None, COUNT, SEED))
    pipeline.run([*inputs[:20], *inputs[10:20], *inputs[15:]])
    assert pipeline.outcome == undisturbed
    with pytest.raises(InputError, match=r"^expected input 41, got 43$"):
        pipeline.run([*inputs, replace(inputs[0], sequence=43)])


def test_what_cannot_be_kept_is_not_acknowledged(
    crew: Crew, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline = Pipeline(crew, NOWHERE, Outcome.at_first(MODEL))

    def full_disk(outcome: Outcome) -> None:
        if outcome.sequence == 3:
            raise OSError("No space left on device")

    monkeypatch.setattr(NOWHERE, "keep", full_disk)
    with pytest.raises(OSError, match="No space left on device"):
        pipeline.run(inputs_of(None, COUNT, SEED))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["sequence"] for line in said if line["event"] == "acknowledged"] == [1, 2]


def test_a_node_that_is_lost_takes_nothing_with_it(undisturbed: Outcome, second_node: SecondNode) -> None:
    pipeline = Pipeline(Crew(MODEL, 2, SEED, 7, gpus=0.0), NOWHERE, Outcome.at_first(MODEL))
    lost: set[str] = set()

    def inputs() -> Iterator[Input]:
        for moment in inputs_of(None, COUNT, SEED):
            if moment.sequence == 20:
                on_it = second_node.identity
                lost.update(name for name, life in pipeline.lives.items() if life.startswith(on_it))
                second_node.kill()
            yield moment

    pipeline.run(inputs())
    assert 0 < len(lost) < 3  # spread over both nodes
    assert pipeline.restarts == dict.fromkeys(lost, 1)
    assert pipeline.outcome == undisturbed


def test_who_shares_a_gpu_holds_no_cpu_for_it(crew: Crew) -> None:
    crew.restore(Outcome.at_first(MODEL))  # answers once they are all there
    deadline = time.monotonic() + 30
    while (free := _free()) != {"CPU": 2 - 2 * LIGHT, "GPU": 0.5}:
        assert time.monotonic() < deadline, free
        time.sleep(0.1)


def _free() -> dict[str, float]:
    free: dict[str, float] = ray.available_resources()  # type: ignore[no-untyped-call]
    return {name: free.get(name, 0.0) for name in ("CPU", "GPU")}
