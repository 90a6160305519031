"""Scores many inputs at once with Ray Data, each as if it were the first of a run."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import ray
from crew import resources
from free_energy import all_policies, expected_free_energy, posterior
from generative_model import GenerativeModel
from input_stream import generated_input, inputs_of
from outcome import most_frequent
from signals import Input
from transmitters import Transmitters
from workspace import GlobalWorkspace

BATCH, MOST_SCORERS = 1024, 4
Columns = dict[str, Any]


def score(
    model: GenerativeModel,
    horizon: int,
    *,
    file: Path | None,
    count: int,
    seed: int,
    gpus: float,
    scores: Path | None,
) -> dict[str, Any]:
    """Scores the file's inputs, or `count` generated ones; writes a line of JSON for each to `scores`."""
    ray.data.DataContext.get_current().execution_options.preserve_order = True
    dataset: ray.data.Dataset
    if file:
        dataset = ray.data.from_items([{"line": moment.line()} for moment in inputs_of(file, 0, 0)])
    else:
        dataset = ray.data.range(count).map_batches(partial(_generate, seed=seed), batch_size=BATCH)
    cpus, gpus = resources(gpus)
    scored = dataset.map_batches(
        Scorer,
        fn_constructor_args=(model, horizon),
        batch_size=BATCH,
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=MOST_SCORERS),
        num_cpus=cpus,
        num_gpus=gpus,
    )
    return _sum_up(scored, scores)


class Scorer:
    """Holds what is the same for all batches."""

    def __init__(self, model: GenerativeModel, horizon: int) -> None:
        self._model, self._policies = model, all_policies(model, horizon)
        self._workspace, self._levels = GlobalWorkspace(), Transmitters().levels
        seen = [posterior(model, model.D, index) for index in range(len(model.observations))]
        self._beliefs = np.stack([belief for belief, _ in seen], axis=1)
        self._surprise = np.array([surprise for _, surprise in seen])

    def __call__(self, batch: Columns) -> Columns:
        """The input's number, observation, surprise, and of its best policy the name, risk and ambiguity."""
        inputs = [Input.of(line) for line in batch["line"]]
        observed = [self._workspace.broadcast(moment.signals, self._levels).observation for moment in inputs]
        index = np.array([self._model.observations.index(name) for name in observed])
        expected = expected_free_energy(self._model, self._policies, self._beliefs[:, index])
        best, rows = expected.total.argmin(axis=0), np.arange(len(index))
        return {
            "sequence": np.array([moment.sequence for moment in inputs]),
            "observed": np.array(observed),
            "surprise": self._surprise[index],
            "policy": np.array([self._name(policy) for policy in best]),
            "risk": expected.risk[best, rows],
            "ambiguity": expected.ambiguity[best, rows],
        }

    def _name(self, policy: int) -> str:
        return "-".join(self._model.actions[action] for action in self._policies[policy])


def _generate(batch: Columns, seed: int) -> Columns:
    return {"line": np.array([generated_input(seed, int(number) + 1).line() for number in batch["id"]])}


def _sum_up(scored: ray.data.Dataset, scores: Path | None) -> dict[str, Any]:
    policies: Counter[str] = Counter()
    observed: Counter[str] = Counter()
    free_energy = np.zeros(3)
    with ExitStack() as open_files:
        lines = open_files.enter_context(scores.open("w", encoding="utf-8")) if scores else None
        for row in scored.iter_rows():
            policies[row["policy"]] += 1
            observed[row["observed"]] += 1
            free_energy += row["surprise"], row["risk"], row["ambiguity"]
            if lines:
                lines.write(json.dumps({name: _plain(value) for name, value in row.items()}) + "\n")
    count = policies.total()
    surprise, risk, ambiguity = (free_energy / max(1, count)).tolist()
    return {
        "inputs": count,
        "observed": dict(sorted(observed.items())),
        "policies": most_frequent(policies),
        "free_energy": {
            "surprise": surprise,
            "expected": risk + ambiguity,
            "risk": risk,
            "ambiguity": ambiguity,
        },
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
