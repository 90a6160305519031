"""A head whose records lie in a Redis, this machine's.

Not proved here: that a killed head comes back with them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from ray_node import HEAD, RayCluster, listening


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


@pytest.mark.skipif(
    not shutil.which("redis-server") and not os.environ.get("BERTH_NO_SKIP"),
    reason="this machine has no redis-server",
)
def test_the_records_of_a_head_are_behind_a_key(cluster: RayCluster) -> None:
    head = cluster.head
    head.environment(redis=True)
    head.start(HEAD, head, redis=True)
    head.joined(HEAD)
    assert head.job("make", DETACHED)["result"] in head.node.processes(HEAD)
    assert (head.place.redis / "redis.key").stat().st_mode & 0o777 == 0o600
    assert any((head.place.redis / "appendonlydir").iterdir())
    stranger = ["redis-cli", "-p", str(head.ports["redis"]), "ping"]
    assert "PONG" not in subprocess.run(stranger, capture_output=True, text=True).stdout
    assert head.node.stop(HEAD)["changed"] is True
    assert (head.node.processes(), listening(head.ports)) == ({}, [])
