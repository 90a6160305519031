"""The arena on Ray: nodes are killed in the middle, others come; the result is as if nothing had happened.

Does not prove: anything about machines and cables of their own; the nodes are raylets on this computer.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from arena_run import DIGEST, STEPS, WORLD, ArenaRun
from ray_nodes import RayNodes
from state import State

CODE = Path(__file__).parents[2] / "arena"


@pytest.fixture(scope="module")
def nodes() -> Iterator[RayNodes]:
    with RayNodes(0) as nodes:
        yield nodes


class Run:
    """The program on a cluster, its events read as they come."""

    def __init__(self, nodes: RayNodes, errors: Path, *words: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "main", "--agents", "5000", "--seed", "3", *map(str, words)],
            cwd=CODE,
            env=nodes.environment,
            stdout=subprocess.PIPE,
            stderr=errors.open("w"),
            text=True,
        )
        self._errors = errors
        self.said: list[dict[str, Any]] = []

    def until(self, event: str) -> dict[str, Any]:
        """The next such event, or the result. Lines between them that are no JSON are Ray's own."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.startswith("{"):
                self.said.append(json.loads(line))
                if self.said[-1].get("event", "result") == event:
                    return self.said[-1]
        raise AssertionError(f"no {event}, but {self.said} and {self.failure()}")

    def failure(self) -> tuple[int, str]:
        """Its exit code and last words, once it has ended."""
        return self._process.wait(), self._errors.read_text()

    def hold(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        """Without a chance to say or save anything."""
        self._process.kill()
        self._process.wait()


@pytest.fixture
def run(nodes: RayNodes, tmp_path: Path) -> Iterator[Any]:
    runs: list[Run] = []

    def start(*words: object) -> Run:
        runs.append(Run(nodes, tmp_path / f"errors-{len(runs)}", *words))
        return runs[-1]

    yield start
    for each in runs:
        each.end()


def undisturbed(steps: int) -> State:
    return ArenaRun(every=1000).to(steps)


def test_says_that_nobody_is_there(run: Any) -> None:
    """First, as long as the cluster has no workers."""
    problem = (
        "no actor could be started within 1 s; living nodes with CPUs: none."
        " Free a CPU there, or allow more time with --hire-seconds\n"
    )
    assert run("--hire-seconds", 1).failure() == (1, problem)


def test_actors_on_two_nodes_come_to_the_same_result_as_one_process(run: Any, nodes: RayNodes) -> None:
    nodes.have(2)
    both = run("--steps", STEPS, "--actors", "per-node", "--checkpoint-every", "8")
    hired = both.until("hired")
    assert (hired["members"], list(hired["nodes"].values())) == (2, [1, 1])
    assert both.until("result")["digest"] == DIGEST


def test_ends_alike_on_the_nodes_that_are_left(run: Any, nodes: RayNodes, tmp_path: Path) -> None:
    steps = 3000
    nodes.have(2)
    both = run("--steps", steps, *every_20_steps(tmp_path))
    await_step(tmp_path, 40)
    both.hold()
    nodes.kill_node(nodes.workers.pop())
    both.go_on()
    lost, recovered = both.until("lost"), both.until("recovered")
    assert lost["reason"].endswith((": ActorDiedError", ": ActorUnavailableError"))
    assert lost["back_to"] % 20 == 0
    assert lost["back_to"] <= lost["step"] <= lost["back_to"] + 21
    assert (recovered["step"], recovered["members"]) == (lost["back_to"] + 1, 1)
    result = both.until("result")
    assert (result["members"], len(result["recoveries"])) == (1, 1)
    assert result["digest"] == undisturbed(steps).digest()


def test_uses_nodes_that_come_and_survives_its_own_end(run: Any, nodes: RayNodes, tmp_path: Path) -> None:
    nodes.have(1)
    first = run("--steps", 1_000_000, *every_20_steps(tmp_path))
    await_step(tmp_path, 40)
    nodes.kill_node(nodes.workers.pop())
    nodes.have(1)
    first.until("lost")
    assert first.until("hired")["members"] == 1
    assert first.until("recovered")["members"] == 1
    nodes.have(2)
    reinforced = first.until("reinforced")
    assert reinforced["members"] == 2
    await_step(tmp_path, reinforced["step"] + 40)
    first.end()
    done = last_step(tmp_path)
    second = run("--steps", done + 30, *every_20_steps(tmp_path), "--actors", 1)
    assert second.until("resumed")["step"] == done
    assert second.until("result")["digest"] == undisturbed(done + 30).digest()


def every_20_steps(folder: Path) -> tuple[object, ...]:
    return ("--checkpoint-every", 20, "--checkpoint-dir", folder)


def await_step(folder: Path, step: int) -> None:
    deadline = time.monotonic() + 120
    while last_step(folder) < step and time.monotonic() < deadline:
        time.sleep(0.02)
    assert last_step(folder) >= step


def last_step(folder: Path) -> int:
    return max((int(path.stem.partition("-")[2]) for path in folder.glob("*.checkpoint")), default=0)


assert WORLD.agents == 5000 and WORLD.seed == 3, "what Run asks for"
