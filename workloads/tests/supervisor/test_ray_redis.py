"""A head whose records lie in a Redis, this machine's: behind a key, and there for a head that was killed.

Not proved here: a power cut, a head whose node is lost (its records are, too).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ray_node import FIRST_PORT, HEAD, WORKER, RayCluster, listening
from supervised_node import SUPERVISOR, wait_until

sys.path.insert(0, str(SUPERVISOR))
from layout import Layout
from ray_place import RayPlace
from ray_redis import make_redis, start_redis

pytestmark = pytest.mark.skipif(
    not shutil.which("redis-server") and not os.environ.get("BERTH_NO_SKIP"),
    reason="this machine has no redis-server",
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    cluster = RayCluster(tmp_path_factory.mktemp("redis"))
    yield cluster
    cluster.end()


def redis(place: RayPlace, port: int, *command: str) -> str:
    """What a Redis says to whoever has the key."""
    certificate = ["--cacert", "redis.crt", "--cert", "redis.crt", "--key", "redis.key"]
    line = ["redis-cli", "--tls", *certificate, "-h", "127.0.0.1", "-p", str(port), *command]
    return subprocess.run(line, cwd=place.redis, capture_output=True, text=True, check=True).stdout


@contextmanager
def ended(server: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        server.kill()
        server.wait()


def test_a_start_forgets_the_former_dashboard_and_nothing_else(tmp_path: Path) -> None:
    place, port = RayPlace(Layout(tmp_path, "lab"), "mind"), FIRST_PORT + 3 * 64
    place.home.mkdir(parents=True)
    make_redis(place)
    table, session = "RAYlab.mind@KV", "@namespace_session:session_name"
    dashboard = "@namespace_dashboard:dashboard"
    with ended(start_redis(place, port)):
        redis(place, port, "HSET", table, dashboard, "127.0.0.1:8265", session, "session_1")
    with ended(start_redis(place, port)):
        assert redis(place, port, "HGETALL", table).split() == [session, "session_1"]


JOIN = """
import json, os, ray
ray.init(namespace="test")
"""
MAKE = """
@ray.remote(num_cpus=0, max_restarts=-1)
class Counter:
    def __init__(self):
        self.calls = 0
    def add(self):
        self.calls += 1
        return [os.getpid(), self.calls]
for name, ip in ("head", "127.0.0.2"), ("worker", "127.0.0.3"):
    Counter.options(name=name, lifetime="detached", resources={f"node:{ip}": 0.001}).remote()
"""
"""Makes an actor on each member."""

CALL = """
with open(os.environ["BERTH_RESULT"], "w") as file:
    json.dump({name: ray.get(ray.get_actor(name).add.remote()) for name in ("head", "worker")}, file)
"""
"""Calls both, whoever made them: the process of each, and which call this was."""


def test_a_killed_head_comes_back_with_its_detached_actors(cluster: RayCluster) -> None:
    head, worker = cluster.head, cluster.worker
    made = head.environment(redis=True)
    worker.environment(expect={"python": made["python"], "ray": made["ray"]})
    head.start(HEAD, head, redis=True)
    head.joined(HEAD)
    worker.start(WORKER, head, redis=True)
    worker.joined(WORKER)
    before = head.job("before", JOIN + MAKE + CALL)["result"]
    gcs = next(pid for pid in head.node.processes(HEAD) if head.command(pid).endswith("/gcs_server"))
    raylet = worker.raylet(WORKER)
    os.kill(gcs, signal.SIGKILL)
    wait_until(lambda: head.node.state(HEAD)["restarts"] > 0, 120)
    head.joined(HEAD)
    worker.joined(WORKER)
    after = head.job("after", JOIN + CALL)["result"]
    assert after["worker"] == [before["worker"][0], 2]
    assert after["head"][0] != before["head"][0] and after["head"][1] == 1
    assert worker.raylet(WORKER) == raylet


def test_its_records_are_behind_a_key_and_its_end_leaves_nothing(cluster: RayCluster) -> None:
    head = cluster.head
    assert (head.place.redis / "redis.key").stat().st_mode & 0o777 == 0o600
    assert "PONG" in redis(head.place, head.ports["redis"], "ping")
    stranger = ["redis-cli", "-p", str(head.ports["redis"]), "ping"]
    assert "PONG" not in subprocess.run(stranger, capture_output=True, text=True).stdout
    assert cluster.worker.node.stop(WORKER)["changed"] is True
    assert head.node.stop(HEAD)["changed"] is True
    assert (head.node.processes(), listening(head.ports)) == ({}, [])
