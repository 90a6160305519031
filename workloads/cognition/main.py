"""A cognitive pipeline on Ray: neurotransmitters, a global workspace and active inference.

Runs as a Ray job, or alone: then it starts a Ray of its own on this computer. Each line on stdout is JSON
but for Ray's own "(raylet) …", which tell of a node that was lost; the result, the program's last line, is
also kept in the file BERTH_RESULT. With BERTH_CHECKPOINT_DIR what is acknowledged outlives whatever is
killed: the same command goes on behind it, to the result of an undisturbed run.

Exit code: 0 all inputs done, 2 the command or a file is wrong, 1 anything else failed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from arguments import parse
from batch import score
from checkpoint import Checkpoint, CheckpointError, Identity, write_durably
from cluster import join
from crew import Crew, needs, resources
from generative_model import GenerativeModel, ModelError
from input_stream import inputs_of
from outcome import Outcome
from pipeline import Pipeline, Stuck
from signals import InputError


def main() -> int:
    arguments = parse(__doc__ or "", sys.argv[1:])
    work = {"run": _run, "batch": _batch}[arguments.verb]
    try:
        result = work(arguments, GenerativeModel.read(arguments.model))
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
    source = str(arguments.file) if arguments.file else None
    identity = Identity(arguments.seed, arguments.horizon, arguments.capacity, model.digest, source)
    folder = os.environ.get("BERTH_CHECKPOINT_DIR")
    checkpoint = Checkpoint(Path(folder) if folder else None, identity)
    outcome = checkpoint.read()
    if outcome is None or (not arguments.file and outcome.sequence > arguments.inputs):
        outcome = Outcome.at_first(model)  # also where fewer inputs are asked for than a former run had
    checkpoint.keep(outcome)  # says before Ray starts where that is impossible
    resumed_after = outcome.sequence
    started = time.monotonic()
    join(needs(arguments.gpus))
    crew = Crew(model, arguments.horizon, arguments.seed, arguments.capacity, arguments.gpus)
    pipeline = Pipeline(crew, checkpoint, outcome)
    pipeline.run(inputs_of(arguments.file, arguments.inputs, arguments.seed), arguments.pause)
    run = {"resumed_after": resumed_after, "restarts": dict(sorted(pipeline.restarts.items()))}
    return {"outcome": outcome.told(model), "run": {**run, "seconds": _since(started)}}


def _batch(arguments: argparse.Namespace, model: GenerativeModel) -> dict[str, Any]:
    started = time.monotonic()
    cpus, gpus = resources(arguments.gpus)
    join({"CPU": cpus, "GPU": gpus})
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


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)


if __name__ == "__main__":
    sys.exit(main())
