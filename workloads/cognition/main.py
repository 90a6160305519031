"""A cognitive pipeline on Ray: neurotransmitters, a global workspace and active inference.

Runs as a Ray job, or alone: then it starts a Ray of its own on this computer. Each line on stdout is JSON,
and the last one the result, which BERTH_RESULT keeps as a file. With BERTH_CHECKPOINT_DIR what is
acknowledged outlives whatever is killed: the same command goes on behind it, to the result of an undisturbed
run.

Exit code: 0 all inputs done, 2 the command or a file is wrong, 1 anything else failed.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

import ray
from batch import score
from checkpoint import Checkpoint, CheckpointError, Identity, write_durably
from crew import Crew
from generative_model import SHIPPED, GenerativeModel, ModelError
from input_stream import inputs_of
from outcome import Outcome
from pipeline import Pipeline, Stuck
from signals import InputError
from workspace import CAPACITY

GPUS_WITHIN_SECONDS = 60.0
LONGEST_HORIZON = 6
"""Of four actions, that is 4,096 policies."""


def main() -> int:
    arguments = _parser().parse_args()
    try:
        model = GenerativeModel.read(arguments.model)
        result = arguments.work(arguments, model)
    except (CheckpointError, InputError, ModelError) as error:
        print(error, file=sys.stderr)
        return 2
    except Stuck as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result), flush=True)
    if os.environ.get("BERTH_RESULT"):
        write_durably(Path(os.environ["BERTH_RESULT"]), result)
    return 0


def _run(arguments: argparse.Namespace, model: GenerativeModel) -> dict[str, Any]:
    source = str(arguments.file) if arguments.file else "generated"
    identity = Identity(arguments.seed, arguments.horizon, arguments.capacity, model.digest, source)
    folder = os.environ.get("BERTH_CHECKPOINT_DIR")
    checkpoint = Checkpoint(Path(folder) if folder else None, identity)
    outcome = checkpoint.read()
    if outcome is None or (not arguments.file and outcome.sequence > arguments.inputs):
        outcome = Outcome.at_first(model)  # also where fewer inputs are asked for than a former run had
    resumed_after = outcome.sequence
    started = time.monotonic()
    _join(arguments.gpus)
    crew = Crew(model, arguments.horizon, arguments.seed, arguments.capacity, arguments.gpus)
    pipeline = Pipeline(crew, checkpoint, outcome)
    pipeline.run(inputs_of(arguments.file, arguments.inputs, arguments.seed), arguments.pause)
    run = {"resumed_after": resumed_after, "restarts": dict(sorted(pipeline.restarts.items()))}
    return {"outcome": outcome.told(model), "run": {**run, "seconds": _since(started)}}


def _batch(arguments: argparse.Namespace, model: GenerativeModel) -> dict[str, Any]:
    started = time.monotonic()
    _join(arguments.gpus)
    outcome = score(
        model,
        arguments.horizon,
        file=arguments.file,
        count=arguments.inputs,
        seed=arguments.seed,
        gpus=arguments.gpus,
        scores=arguments.scores,
    )
    return {"outcome": outcome, "run": {"seconds": _since(started)}}


def _join(gpus: float) -> None:
    ray.init(log_to_driver=False, logging_level=logging.WARNING)
    deadline = time.monotonic() + GPUS_WITHIN_SECONDS
    while (there := _gpus()) < gpus:  # a node may be about to come back
        if time.monotonic() > deadline:
            raise Stuck(f"--gpus {gpus:g}: this cluster has {there:g} GPUs, as Ray counts them")
        time.sleep(1)


def _gpus() -> float:
    there: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return there.get("GPU", 0.0)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m main", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    common = argparse.ArgumentParser(add_help=False)
    of_inputs = common.add_mutually_exclusive_group()
    of_inputs.add_argument("--inputs", type=_count, default=100, metavar="N", help="make up N inputs (100)")
    of_inputs.add_argument("--file", type=Path, help="read them from a file: a line of JSON each")
    common.add_argument("--seed", type=_count, default=0, metavar="S", help="of all chance (0)")
    common.add_argument(
        "--horizon", type=_horizon, default=2, metavar="N", help="actions of a policy (2), 6 at most"
    )
    common.add_argument("--model", type=Path, default=SHIPPED, metavar="FILE", help="another model.json")
    common.add_argument(
        "--gpus", type=_gpus_wanted, default=0.0, metavar="X", help="GPU per inference actor, 0.5 say (0)"
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    run = verbs.add_parser("run", parents=[common], help="one input after the other, each acknowledged")
    run.add_argument("--capacity", type=_positive, default=CAPACITY, metavar="N", help="of the workspace (7)")
    run.add_argument("--pause", type=_seconds, default=0.0, metavar="SECONDS", help="after each input (0)")
    run.set_defaults(work=_run)
    batch = verbs.add_parser(
        "batch", parents=[common], help="many inputs at once, each as if it were the first"
    )
    batch.add_argument("--scores", type=Path, metavar="FILE", help="write each input's scores as JSON lines")
    batch.set_defaults(work=_batch)
    return parser


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


if __name__ == "__main__":
    sys.exit(main())
