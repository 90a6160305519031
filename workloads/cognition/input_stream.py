"""Where inputs come from: a file, or made up from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from signals import KINDS, Input, InputError, Signal

MOMENTS_OF_A_MOOD = 10
"""Inputs in a row in which the same kind prevails."""
SIGNALS_AT_MOST = 12


def generated_input(seed: int, sequence: int) -> Input:
    """The same for the same seed and number, whichever were made before."""
    mood = np.random.default_rng([seed, sequence // MOMENTS_OF_A_MOOD, 1])
    chances = mood.dirichlet(np.full(len(KINDS), 0.5))
    random = np.random.default_rng([seed, sequence, 2])
    kinds = random.choice(KINDS, size=random.integers(SIGNALS_AT_MOST + 1), p=chances)
    return Input(
        sequence,
        tuple(
            Signal(f"{sequence}-{index}", str(kind), round(float(random.uniform()), 6))
            for index, kind in enumerate(kinds)
        ),
    )


def inputs_of(file: Path | None, count: int, seed: int) -> Iterator[Input]:
    """Those of the file, or `count` generated ones; throws InputError with file and line."""
    if file is None:
        yield from (generated_input(seed, sequence) for sequence in range(1, count + 1))
        return
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield Input.of(line)
                except InputError as error:
                    raise InputError(f"{file}:{number}: {error}") from error
    except (OSError, UnicodeError) as error:
        raise InputError(f"{file}: {error}") from error
