"""The command line, checked."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile

from policies import POLICIES as KINDS

LARGEST_SEED, MOST_SHARES = 2**128 - 1, 2**32 - 1
"""What the generator of chance takes, and what it draws from."""


def parse(description: str, words: list[str]) -> argparse.Namespace:
    """The arguments; ends the program where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m main", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--agents", type=_agents, default=1000, metavar="N", help="how many, an even number (default 1000)")
    add(
        "--steps",
        type=_whole(1),
        default=1000,
        metavar="K",
        help="how many steps (default 1000)",
    )
    add(
        "--seed",
        type=_whole(0, LARGEST_SEED),
        default=1,
        metavar="S",
        help="all chance comes from here (default 1)",
    )
    shares = ",".join(f"{kind.name}=1" for kind in KINDS)
    add(
        "--mix", type=_mix, default=_mix(shares), metavar="SHARES", help=f"of the policies (default {shares})"
    )
    add("--noise", type=_noise, default=0.01, metavar="P", help="probability of a slip (default 0.01)")
    text = "per-node, per-core, a number in all, or none: without Ray, in this process (default per-node)"
    add("--actors", type=_actors, default="per-node", metavar="n", help=text)
    add("--checkpoint-every", type=_whole(1), default=100, metavar="k", help="steps (default 100)")
    text = "where they lie (default $BERTH_CHECKPOINT_DIR; without either the run starts from the beginning)"
    there = os.environ.get("BERTH_CHECKPOINT_DIR") or None
    add("--checkpoint-dir", type=_folder, default=there, metavar="DIR", help=text)
    text = "the evaluation of every step, as lines of JSON (default …-metrics.jsonl beside the checkpoints)"
    add("--metrics", type=_file, metavar="FILE", help=text)
    text = "an actor that has not answered by then is given up (default 10)"
    add("--answer-seconds", type=_seconds, default=10.0, metavar="T", help=text)
    text = "how long to wait for a node to work on (default 120)"
    add("--hire-seconds", type=_seconds, default=120.0, metavar="T", help=text)
    return parser.parse_args(words)


def _whole(least: int, most: int | None = None) -> Callable[[str], int]:
    allowed = f"≥ {least}" if most is None else f"from {least} to {most}"

    def check(word: str) -> int:
        if not word.isdecimal() or int(word) < least or (most is not None and int(word) > most):
            raise argparse.ArgumentTypeError(f"expected a whole number {allowed}, got {word!r}")
        return int(word)

    return check


def _folder(word: str) -> Path:
    folder = Path(word)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        text = f"expected a folder to write to, got {word!r}: {error.strerror}"
        raise argparse.ArgumentTypeError(text) from error


def _file(word: str) -> Path:
    try:
        with open(word, "a"):
            return Path(word)
    except OSError as error:
        text = f"expected a file to write to, got {word!r}: {error.strerror}"
        raise argparse.ArgumentTypeError(text) from error


def _agents(word: str) -> int:
    if not word.isdecimal() or int(word) < 2 or int(word) % 2:
        raise argparse.ArgumentTypeError(f"expected an even number ≥ 2: all need an opponent, got {word!r}")
    return int(word)


def _actors(word: str) -> int | str:
    if word in ("per-node", "per-core", "none"):
        return word
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(
            f"expected per-node, per-core, none or a whole number ≥ 1, got {word!r}"
        )
    return int(word)


def _noise(word: str) -> float:
    return _number(word, "a number from 0 to 1", lambda value: 0 <= value <= 1)


def _seconds(word: str) -> float:
    return _number(word, "a number of seconds > 0", lambda value: 0 < value < float("inf"))


def _number(word: str, expected: str, is_good: Callable[[float], bool]) -> float:
    try:
        value = float(word)
    except ValueError:
        value = float("nan")
    if not is_good(value):
        raise argparse.ArgumentTypeError(f"expected {expected}, got {word!r}")
    return value


def _mix(text: str) -> tuple[int, ...]:
    names = [kind.name for kind in KINDS]
    shares: dict[str, int] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        if name not in names or name in shares or not share.isdecimal():
            raise argparse.ArgumentTypeError(
                f"expected NAME=SHARE,… of {', '.join(names)}, shares whole and names once, got {part!r}"
            )
        shares[name] = int(share)
    if not 1 <= sum(shares.values()) <= MOST_SHARES:
        raise argparse.ArgumentTypeError(f"expected shares that sum up to 1 to {MOST_SHARES}, got {text!r}")
    return tuple(shares.get(name, 0) for name in names)
