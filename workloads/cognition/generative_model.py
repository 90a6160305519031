"""What the engine believes about how the world works: a discrete generative model, from a JSON file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from signals import KINDS

Array = npt.NDArray[np.float64]
SHIPPED = Path(__file__).with_name("model.json")
TOLERANCE = 1e-9


class ModelError(Exception):
    """A mistake in a model's file; its text is one line for the person who wrote it."""


@dataclass(frozen=True)
class GenerativeModel:
    """Matrices named as in the literature. Every column is a probability distribution."""

    observations: tuple[str, ...]
    states: tuple[str, ...]
    actions: tuple[str, ...]
    A: Array
    """P(o | s): observations × states."""
    B: Array
    """P(s' | s, action): actions × next states × states."""
    C: Array
    """P(o | C): the preferred observations."""
    D: Array
    """P(s) before the first observation."""
    digest: str
    """Of the file: a checkpoint goes with one model."""

    @staticmethod
    def read(path: Path = SHIPPED) -> GenerativeModel:
        """Throws ModelError."""
        try:
            text = path.read_bytes()
            return _model(json.loads(text), hashlib.sha256(text).hexdigest()[:16])
        except KeyError as error:
            raise ModelError(f"{path}: {error.args[0]}: missing") from error
        except (OSError, TypeError, ValueError) as error:
            raise ModelError(f"{path}: {error}") from error


def _model(value: dict[str, Any], digest: str) -> GenerativeModel:
    observations, states, actions = (_names(key, value[key]) for key in ("observations", "states", "actions"))
    if set(observations) != {"quiet", *KINDS}:
        raise ValueError(f"observations: expected quiet, {', '.join(KINDS)}, got {', '.join(observations)}")
    by_action = value["B"]
    if set(by_action) != set(actions):
        raise ValueError(f"B: expected a matrix for each of {', '.join(actions)}, got {', '.join(by_action)}")
    transitions = [
        _columns(f"B.{action}", by_action[action], (len(states), len(states))) for action in actions
    ]
    preferred = _columns("C", value["C"], (len(observations),))
    if not np.all(preferred > 0):
        raise ValueError(
            "C: expected probabilities > 0: what is never wanted at all makes every risk infinite"
        )
    likelihood = _columns("A", value["A"], (len(observations), len(states)))
    first = _columns("D", value["D"], (len(states),))
    for name, probability in zip(observations, likelihood @ first, strict=True):
        if not probability > 0:
            raise ValueError(f"A, D: {name}: expected to be possible in some state that D allows")
    return GenerativeModel(
        observations, states, actions, likelihood, np.stack(transitions), preferred, first, digest
    )


def _names(key: str, value: Any) -> tuple[str, ...]:
    is_list = isinstance(value, list) and value and all(isinstance(name, str) for name in value)
    if not is_list or len(set(value)) < len(value):
        raise ValueError(f"{key}: expected a list of different texts, got {json.dumps(value)}")
    return tuple(value)


def _columns(name: str, value: Any, shape: tuple[int, ...]) -> Array:
    array = np.asarray(value, dtype=np.float64)
    if array.shape != shape:
        raise ValueError(f"{name}: expected {_size(shape)} numbers, got {_size(array.shape)}")
    if not (np.all(array >= 0) and np.all(np.abs(array.sum(axis=0) - 1) < TOLERANCE)):
        raise ValueError(f"{name}: expected columns of probabilities that sum up to 1, got {array.tolist()}")
    return array


def _size(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
