"""A directory that stands for a node, on which experiments run as the real processes they are."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Callable

CODE = Path(__file__).parent.parent / "experiments"
HOST = "127.0.0.1"


class ExperimentNode:
    """Starts instances as a supervisor would: same environment, stdout and stderr into one log."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.database = directory / "experiments.db"
        self.roster: dict[str, dict[str, Any]] = {}
        self.processes: list[subprocess.Popen[bytes]] = []

    def give_ports(self, *names: str) -> None:
        """Puts the names on the roster, each with a free port."""
        for name in names:
            with closing(socket.create_server((HOST, 0))) as free:
                self.roster[name] = {"node": "here", "host": HOST, "port": free.getsockname()[1]}
        (self.directory / "peers.json").write_text(json.dumps(self.roster))

    def start(self, name: str, **changes: Any) -> subprocess.Popen[bytes]:
        """Starts the instance with its shipped JSON and changes to it; isolated unless on the roster."""
        settings = {**json.loads((CODE / "configs" / f"{name}.json").read_text()), **changes}
        config = self.directory / f"{name}.json"
        config.write_text(json.dumps(settings))
        environment = {
            "PATH": os.environ["PATH"],
            "BERTH_STACK": "test",
            "BERTH_INSTANCE": name,
            "BERTH_CONFIG": str(config),
            "BERTH_DB": str(self.database),
            "BERTH_CHECKPOINT_DIR": str(self.directory / "checkpoint"),
        }
        (self.directory / "checkpoint").mkdir(exist_ok=True)
        if name in self.roster:
            environment["BERTH_HOST"] = self.roster[name]["host"]
            environment["BERTH_PORT"] = str(self.roster[name]["port"])
            environment["BERTH_PEERS"] = str(self.directory / "peers.json")
        with (self.directory / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "main.py"], cwd=CODE, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self.processes.append(process)
        return process

    def take_checkpoint(self, other: ExperimentNode) -> None:
        """What a move carries."""
        shutil.copytree(other.directory / "checkpoint", self.directory / "checkpoint")

    def log(self, name: str) -> list[dict[str, Any]]:
        """All whole lines of the instance's log."""
        text = (self.directory / f"{name}.log").read_text()
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def events(self, name: str) -> list[str]:
        return [line["event"] for line in self.log(name)]

    def rows(self, query: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=5)) as connection:
            return connection.execute(query, values).fetchall()

    def kept_steps(self, name: str) -> list[int]:
        rows = self.rows("SELECT step FROM steps WHERE instance = ? ORDER BY step", f"test/{name}")
        return [step for (step,) in rows]

    def kept_facts(self, name: str) -> list[dict[str, Any]]:
        rows = self.rows("SELECT facts FROM steps WHERE instance = ? ORDER BY step", f"test/{name}")
        return [json.loads(facts) for (facts,) in rows]

    def await_step(self, name: str, step: int) -> None:
        """Until the instance's log shows the step done."""
        eventually(lambda: any(line["step"] >= step for line in self.log(name)))

    def end(self) -> None:
        """Kills what still runs."""
        for process in self.processes:
            process.kill()
            process.wait()


def eventually(holds: Callable[[], object], seconds: float = 10) -> None:
    """Until it holds; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)
