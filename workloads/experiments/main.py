"""Runs the experiment that BERTH_CONFIG names.

Exit code: 0 all steps done, 143 stopped (128 + signal), 138 the same with a checkpoint, 2 the settings are
wrong, 1 anything else failed.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from typing import Callable

from experiment import Experiment
from hive_cluster import HiveMember
from journal import Journal
from panopticon import panopticon
from prisoners_dilemma import Player
from runtime import Run, hold_stop_signals
from settings import SettingsError, SettingsFile
from split_brain import SplitBrain
from surroundings import Surroundings

KINDS: dict[str, Callable[[SettingsFile, Surroundings], Experiment]] = {
    "SPLIT_BRAIN": SplitBrain,
    "HIVE_CLUSTER": HiveMember,
    "PANOPTICON": panopticon,
    "PRISONERS_DILEMMA": Player,
}


def main() -> int:
    hold_stop_signals()
    try:
        here = Surroundings.of(os.environ)
        file = SettingsFile.read(here.config)
        with closing(file.choose("kind", KINDS)(file, here)) as experiment:
            journal = Journal(here.database, here.instance, experiment.settings.kind)
            return Run(experiment, journal, here.checkpoint).to_the_end()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except (OSError, MemoryError, sqlite3.Error) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
