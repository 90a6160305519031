"""The command line, checked."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from generative_model import SHIPPED
from workspace import CAPACITY

LONGEST_HORIZON = 6
"""Of four actions, that is 4,096 policies."""


def parse(description: str, words: list[str]) -> argparse.Namespace:
    """The arguments, `verb` among them; ends the program where they are wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m main", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    of_inputs = common.add_mutually_exclusive_group()
    of_inputs.add_argument("--inputs", type=_count, default=100, metavar="N", help="make up N inputs (100)")
    of_inputs.add_argument("--file", type=_source, help="read them from a file: a line of JSON each")
    common.add_argument("--seed", type=_count, default=0, metavar="S", help="of all chance (0)")
    common.add_argument(
        "--horizon", type=_horizon, default=2, metavar="N", help="actions of a policy (2), 6 at most"
    )
    common.add_argument("--model", type=Path, default=SHIPPED, metavar="FILE", help="another model.json")
    common.add_argument(
        "--gpus", type=_gpus_wanted, default=0.0, metavar="X", help="GPU per inference actor, 0.5 say (0)"
    )
    verbs = parser.add_subparsers(required=True, dest="verb", metavar="VERB")
    run = verbs.add_parser("run", parents=[common], help="one input after the other, each acknowledged")
    run.add_argument("--capacity", type=_positive, default=CAPACITY, metavar="N", help="of the workspace (7)")
    run.add_argument("--pause", type=_seconds, default=0.0, metavar="SECONDS", help="after each input (0)")
    batch = verbs.add_parser(
        "batch", parents=[common], help="many inputs at once, each as if it were the first"
    )
    batch.add_argument("--scores", type=_file, metavar="FILE", help="write each input's scores as JSON lines")
    return parser.parse_args(words)


def _count(text: str) -> int:
    return _within(0, None, text)


def _positive(text: str) -> int:
    return _within(1, None, text)


def _horizon(text: str) -> int:
    return _within(1, LONGEST_HORIZON, text)


def _within(least: int, most: int | None, text: str) -> int:
    if not text.isdecimal() or int(text) < least or (most and int(text) > most):
        wanted = f"from {least} to {most}" if most else f"≥ {least}"
        raise argparse.ArgumentTypeError(f"expected a whole number {wanted}, got {text}")
    return int(text)


def _gpus_wanted(text: str) -> float:
    share = _seconds(text)
    if share > 1 and share != int(share):
        raise argparse.ArgumentTypeError(f"expected a share below 1 or a whole number, got {text}")
    return share


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not 0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a number ≥ 0, got {text}")
    return number


def _source(text: str) -> Path:
    if not os.access(text, os.R_OK) or Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"expected a file to read, got {text}")
    return Path(text)


def _file(text: str) -> Path:
    try:
        with open(text, "a"):
            return Path(text)
    except OSError as error:
        message = f"expected a file to write to, got {text}: {error.strerror}"
        raise argparse.ArgumentTypeError(message) from error
