"""One Ray for all tests, with a directory and a token of its own, and the program's folder on the path."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

if TYPE_CHECKING:
    from crew import Crew
    from outcome import Outcome

CODE = Path(__file__).parents[2] / "cognition"
sys.path.insert(0, str(CODE))
SEED, COUNT = 5, 40
DIRECTORY = Path(mkdtemp(prefix="ray-"))  # its name is short: Ray makes sockets below it
TOKEN = DIRECTORY / "token"
TOKEN.write_text(secrets.token_hex(32))
os.environ.update(RAY_AUTH_MODE="token", RAY_AUTH_TOKEN_PATH=str(TOKEN))  # read when Ray is imported


def pytest_unconfigure() -> None:
    shutil.rmtree(DIRECTORY)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    """The address of a Ray of 2 CPUs and, as it counts, 1 GPU, with which this process is connected."""
    import ray  # takes 2 s, which tests without it need not wait for

    def start() -> None:
        ray.shutdown()
        ray.init(
            num_cpus=2,
            num_gpus=1,
            include_dashboard=False,
            log_to_driver=False,
            _temp_dir=str(DIRECTORY),
            # A lost node is noticed sooner than by default, but a busy computer is no lost node.
            _system_config={
                "health_check_initial_delay_ms": 2000,
                "health_check_period_ms": 1000,
                "health_check_timeout_ms": 5000,
                "health_check_failure_threshold": 3,
            },
            runtime_env={"env_vars": {"PYTHONPATH": str(CODE)}},
        )

    _patiently(start)
    yield ray.get_runtime_context().gcs_address
    ray.shutdown()


Started = TypeVar("Started")


def _patiently(start: Callable[[], Started]) -> Started:
    """Ray gives a node's processes 30 s to start, however busy the computer is."""
    for _ in range(2):
        try:
            return start()
        except Exception:  # Ray has no class for it
            continue
    return start()


@pytest.fixture(scope="session")
def crew(cluster: str) -> Crew:
    """Actors that share the GPU, for whoever restores them: they leave the CPUs to the program's own."""
    from crew import Crew
    from generative_model import GenerativeModel

    return Crew(GenerativeModel.read(), horizon=2, seed=SEED, capacity=7, gpus=0.5)


@pytest.fixture(scope="session")
def undisturbed(crew: Crew) -> Outcome:
    """What COUNT inputs come to."""
    from checkpoint import Checkpoint, Identity
    from generative_model import GenerativeModel
    from input_stream import inputs_of
    from outcome import Outcome
    from pipeline import Pipeline

    nowhere = Checkpoint(None, Identity(SEED, 2, 7, "", ""))
    pipeline = Pipeline(crew, nowhere, Outcome.at_first(GenerativeModel.read()))
    pipeline.run(inputs_of(None, COUNT, SEED))
    assert pipeline.restarts == {}
    return pipeline.outcome


class SecondNode:
    """A node beside the cluster's first, on the same computer."""

    def __init__(self, cluster: str) -> None:
        before = _living_nodes()
        command = ["-m", "ray.scripts.scripts", "start", "--block", "--address", cluster]
        resources = ["--num-cpus", "2", "--object-store-memory", "100000000"]
        self._process = subprocess.Popen([sys.executable, *command, *resources], stdout=subprocess.DEVNULL)
        while not (new := _living_nodes() - before):
            if self._process.poll() is not None:
                raise TimeoutError("has not joined")
            time.sleep(0.1)
        self.identity: str = new.pop()

    def kill(self) -> None:
        """All its processes at once: an actor outlives its raylet until Ray declares the node dead."""
        for process in _tree(self._process.pid):
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(process, signal.SIGKILL)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def _tree(root: int) -> list[int]:
    processes = [root]
    for parent in processes:
        with suppress(FileNotFoundError):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
            processes += [int(child) for child in children.split()]
    return processes


def _living_nodes() -> set[str]:
    import ray

    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    return {node["NodeID"] for node in nodes if node["Alive"]}


@pytest.fixture
def second_node(cluster: str) -> Iterator[SecondNode]:
    node = _patiently(lambda: SecondNode(cluster))
    yield node
    node.end()
