"""The arena: agents meet in a prisoner's dilemma, in actors on all nodes; the result hangs on the seed alone.

Alone on a computer, or as a job of a Ray cluster. When a node is lost the others go on from the last
checkpoint, to exactly the same result. Started again with the same world it goes on from there, too.
Prints a line of JSON for each event, and the result as its last, also written to $BERTH_RESULT. Lines that
begin with "(" are Ray's own.
Exit code: 0 all steps done, 1 nobody left to do them, 2 the arguments are wrong.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path

# Vectors of a few thousand numbers: more threads would only take the cores from other members.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from arguments import parse
from checkpoints import Checkpoints
from crew import Crew, LocalCrew, NobodyLeft
from events import say
from metrics_file import MetricsFile
from policies import ONE
from report import report
from tournament import Tournament
from world import World


def main() -> int:
    arguments = parse(__doc__ or "", sys.argv[1:])
    world = World(arguments.agents, arguments.seed, arguments.mix, round(arguments.noise * ONE))
    folder = arguments.checkpoint_dir
    metrics = MetricsFile(arguments.metrics or (folder and folder / f"{world.name}-metrics.jsonl"))
    checkpoints = Checkpoints(folder, world, say)
    try:
        crew = enlist(world, arguments)
        tournament = Tournament(world, crew, checkpoints, metrics, say, arguments.checkpoint_every)
        state = tournament.to_the_end(arguments.steps)
    except NobodyLeft as error:
        print(error, file=sys.stderr)
        return 1
    result = json.dumps(report(world, state, tournament.course, crew.size))
    print(result, flush=True)
    if os.environ.get("BERTH_RESULT"):
        Path(os.environ["BERTH_RESULT"]).write_text(result + "\n", encoding="utf-8")
    return 0


def enlist(world: World, arguments: argparse.Namespace) -> Crew:
    """Those who do the work. Ray is only needed for who works elsewhere."""
    if arguments.actors == "none":
        return LocalCrew(world)
    import ray
    from ray_crew import RayCrew, Terms

    ray.init(logging_level=logging.WARNING)
    return RayCrew(world, Terms(arguments.actors, arguments.answer_seconds, arguments.hire_seconds), say)


if __name__ == "__main__":
    sys.exit(main())
