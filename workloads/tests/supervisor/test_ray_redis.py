"""A head whose records outlive it, with the Redis of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator

import pytest
from ray_node import HEAD, RayCluster, listening
from supervised_node import wait_until


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    cluster = RayCluster(tmp_path_factory.mktemp("redis"))
    yield cluster
    cluster.end()


DETACHED = """
import json, os, ray
ray.init(namespace="test")
@ray.remote(num_cpus=0, max_restarts=-1)
class Counter:
    def pid(self):
        return os.getpid()
counter = Counter.options(name="counter", lifetime="detached").remote()
with open(os.environ["BERTH_RESULT"], "w") as file:
    json.dump(ray.get(counter.pid.remote()), file)
"""

FOUND = """
import json, os, ray
ray.init(namespace="test")
pid = ray.get(ray.get_actor("counter").pid.remote(), timeout=60)
with open(os.environ["BERTH_RESULT"], "w") as file:
    json.dump(pid, file)
"""


@pytest.mark.skipif(
    not shutil.which("redis-server") and not os.environ.get("BERTH_NO_SKIP"),
    reason="this machine has no redis-server",
)
def test_a_killed_head_comes_back_with_its_detached_actors(cluster: RayCluster) -> None:
    head = cluster.head
    head.environment(redis=True)
    head.start(HEAD, head, redis=True)
    head.joined(HEAD)
    first = head.job("make", DETACHED)["result"]
    gcs = next(pid for pid in head.node.processes(HEAD) if head.command(pid).endswith("/gcs_server"))
    redis = next(pid for pid in head.node.processes(HEAD) if "redis-server" in head.command(pid))
    stranger = ["redis-cli", "-p", str(head.ports["redis"]), "ping"]
    assert "PONG" not in subprocess.run(stranger, capture_output=True, text=True).stdout
    os.kill(gcs, signal.SIGKILL)
    os.kill(redis, signal.SIGKILL)
    wait_until(lambda: head.node.state(HEAD)["restarts"] == 1, 60)
    head.joined(HEAD)
    second = head.job("find", FOUND)["result"]
    assert second != first
    assert head.node.stop(HEAD)["changed"] is True
    assert (head.node.processes(), listening(head.ports)) == ({}, [])
