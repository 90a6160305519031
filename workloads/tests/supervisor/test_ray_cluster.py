"""A real Ray cluster of a head and a worker on loopback: made, joined, hurt, used and removed.

The tests share one cluster and run in their order; each leaves it whole.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator

import pytest
from ray_node import HEAD, RAY, TOKEN, WORKER, RayCluster, command_lines, listening
from supervised_node import Refused, finished, wait_until

PYTHON = ".".join(map(str, sys.version_info[:3]))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    cluster = RayCluster(tmp_path_factory.mktemp("ray"))
    yield cluster
    cluster.end()


def test_an_environment_is_made_once_and_anew_when_it_was_interrupted(cluster: RayCluster) -> None:
    made = {"python": PYTHON, "ray": RAY}
    assert cluster.head.environment() == {**made, "changed": True}
    complete = cluster.head.place.venv / "berth.json"
    before = complete.stat().st_mtime_ns
    assert cluster.head.environment() == {**made, "changed": False}
    assert cluster.worker.environment(expect=made) == {**made, "changed": True}
    assert cluster.head.place.token_file.stat().st_mode & 0o777 == 0o600
    half = cluster.worker.place.venv.resolve()
    (half / "berth.json").unlink()
    (half / "half").touch()
    assert cluster.worker.environment(expect=made) == {**made, "changed": False}
    assert not (half / "half").exists()
    assert before == complete.stat().st_mtime_ns


def test_another_python_than_the_heads_is_refused_before_anything_is_installed(cluster: RayCluster) -> None:
    with pytest.raises(Refused) as refused:
        cluster.stranger.environment(expect={"python": "3.11.99", "ray": RAY})
    assert refused.value.lines == [
        f"berth: RayVersionsDiffer: the head of Ray cluster lab/mind has Ray {RAY} with Python 3.11.99,"
        f" and this node Ray {RAY} with Python {PYTHON}, which Ray does not let together;"
        ' write  python: "3.11.99"  in the cluster, or give this node the same Python'
    ]
    assert not list(cluster.stranger.place.home.glob("venv*"))


def test_what_the_wheels_lack_is_not_downloaded(cluster: RayCluster) -> None:
    wheels = cluster.folder / "wheels"
    wheels.mkdir()
    with pytest.raises(Refused) as refused:
        cluster.stranger.environment(wheels=str(wheels))
    assert refused.value.lines == [
        f"berth: WheelsMissing: there is no wheel in {wheels} on this node;"
        " copy the wheels there, or leave  wheels  out of the scenario"
    ]
    (wheels / "nothing-1.0-py3-none-any.whl").touch()
    with pytest.raises(Refused) as refused:
        cluster.stranger.environment(wheels=str(wheels))
    (line,) = refused.value.lines
    assert line.startswith(f"berth: RayNotInstalled: uv cannot install ray[default]=={RAY}: ")
    assert line.endswith(
        "your requirements are unsatisfiable; correct  ray  and  requirements  of the cluster, or let this"
        " node reach a package index, or name a folder of wheels on it (wheels), that has them"
    )
    assert not list(cluster.stranger.place.home.glob("venv*"))


def test_a_member_without_an_environment_is_refused(cluster: RayCluster) -> None:
    with pytest.raises(Refused) as refused:
        cluster.stranger.start(WORKER, cluster.head)
    assert refused.value.lines == [
        "berth: RayMissing: lab/mind-cpu-0 needs the environment of Ray cluster mind, and there is none in"
        f" {cluster.stranger.place.home}; run the update again, which makes it"
    ]


def test_head_and_worker_join(cluster: RayCluster) -> None:
    cluster.head.start(HEAD, cluster.head)
    assert cluster.head.joined(HEAD) == {"state": "joined"}
    cluster.worker.start(WORKER, cluster.head)
    assert cluster.worker.joined(WORKER) == {"state": "joined"}
    assert cluster.worker.start(WORKER, cluster.head)["changed"] is False
    lines = command_lines(cluster.nodes)
    assert len(lines) > 5
    assert not any(TOKEN in line for line in lines)
    for one, id in ((cluster.head, HEAD), (cluster.worker, WORKER)):
        assert TOKEN not in (one.node.stack_dir / "instances" / id / "spec.json").read_text()
        assert TOKEN not in one.node.log(id)
        assert one.temporary(id).stat().st_mode & 0o777 == 0o700


def test_a_wrong_token_is_named(cluster: RayCluster) -> None:
    cluster.stranger.environment(token="0123456789abcdef" * 4)
    cluster.stranger.start(WORKER, cluster.head)
    with pytest.raises(Refused) as refused:
        cluster.stranger.joined(WORKER)
    port = cluster.head.ports["gcs"]
    assert refused.value.lines == [
        f"berth: RayTokenRefused: Ray cluster mind at 127.0.0.2:{port} refuses the token of lab/mind-cpu-0:"
        " another cluster is there, or an older one; end what listens there, or give the stacks different"
        " ray_port_range, then run the update again"
    ]
    cluster.stranger.node.stop(WORKER)
    assert cluster.stranger.node("ray-remove", ray={"cluster": "mind"}) == {
        "state": "absent",
        "changed": True,
    }
    assert cluster.stranger.node("ray-remove", ray={"cluster": "mind"}) == {
        "state": "absent",
        "changed": False,
    }


def test_a_worker_whose_head_is_not_there_waits_and_is_named(cluster: RayCluster) -> None:
    cluster.stranger.environment()
    cluster.stranger.start(WORKER, cluster.stranger, role="worker")
    with pytest.raises(Refused) as refused:
        cluster.stranger.joined(WORKER, wait_s=2)
    port = cluster.stranger.ports["gcs"]
    waiting = json.dumps({"berth": "waiting for the head", "host": "127.0.0.4", "port": port})
    assert refused.value.lines == [
        f"berth: RayMemberMissing: lab/mind-cpu-0 has not joined Ray cluster mind at 127.0.0.4:{port}"
        f" within 2 s: nobody listens there; its log ends with: {waiting};"
        " see what its log says, then run the update again"
    ]
    assert cluster.stranger.node.state(WORKER)["restarts"] == 0
    cluster.stranger.node.stop(WORKER)
    cluster.stranger.node("ray-remove", ray={"cluster": "mind"})


COUNTED = """
import json, os, ray
ray.init()
with open(os.environ["RUNS"], "a") as file:
    file.write("run ")
where = ray.remote(num_cpus=1)(lambda: ray.get_runtime_context().get_node_id())
print("asked", flush=True)
with open(os.environ["BERTH_RESULT"], "w") as file:
    json.dump({"nodes": len(set(ray.get([where.remote() for _ in range(4)])))}, file)
"""


def test_a_job_runs_once_however_often_it_is_asked_for(cluster: RayCluster) -> None:
    runs = cluster.folder / "runs"
    request = cluster.head.job_request("count", COUNTED, env={"RUNS": str(runs)})
    both = [cluster.head.node.popen("ray-job", **request) for _ in range(2)]
    answers = [finished(one, 240) for one in both]
    assert sorted(one.pop("changed") for one in answers) == [False, True]
    for answer in answers:
        assert answer.pop("ran_s") > 0
        assert answer["result"].pop("nodes") in (1, 2)
        assert answer == {"state": "succeeded", "attempts": 1, "result": {}}
    assert runs.read_text() == "run "
    assert "asked" in cluster.head.node.log("count")


def test_a_job_that_raises_fails_with_the_end_of_its_log(cluster: RayCluster) -> None:
    # Ray writes a line of its own as the program starts: one that ends at once may come before it.
    script = "import os, time; time.sleep(1); raise SystemExit('no ' + os.environ['WORD'])"
    with pytest.raises(Refused) as refused:
        cluster.head.job("sad", script, env={"WORD": "secret-word"})
    (line,) = refused.value.lines
    assert line.startswith("berth: RayJobFailed: job lab/sad ended with exit code 1; its log ends with: ")
    assert line.endswith("no ***; correct the job, then run the update again")


def test_a_job_that_takes_too_long_is_stopped(cluster: RayCluster) -> None:
    marker = cluster.folder / "begun"
    script = f"import time; open({str(marker)!r}, 'w'); time.sleep(600)"
    with pytest.raises(Refused) as refused:
        cluster.head.job("slow", script, timeout_s=8)
    (line,) = refused.value.lines
    start = "berth: RayJobFailed: job lab/slow did not end within 8 s, and was stopped; its log ends with: "
    assert line.startswith(start)
    wait_until(lambda: not any("time.sleep(600)" in line for line in command_lines(cluster.nodes)), 120)


def test_a_killed_raylet_comes_back(cluster: RayCluster) -> None:
    killed = cluster.worker.raylet(WORKER)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: cluster.worker.node.state(WORKER)["restarts"] == 1, 120)
    assert cluster.worker.joined(WORKER) == {"state": "joined"}
    assert cluster.worker.raylet(WORKER) != killed


RESUMED = """
import json, os, time
place = os.environ["BERTH_CHECKPOINT_DIR"] + "/done"
if os.path.exists(place):
    with open(os.environ["BERTH_RESULT"], "w") as file:
        json.dump("resumed", file)
else:
    open(place, "w").close()
    print("checkpoint", flush=True)
    time.sleep(600)
"""


def test_a_job_goes_on_from_its_checkpoint_when_the_cluster_was_lost(cluster: RayCluster) -> None:
    under_way = cluster.head.node.popen("ray-job", **cluster.head.job_request("long", RESUMED))
    wait_until((cluster.head.node.work_dir / "logs/lab/long.checkpoint/done").exists, 180)
    os.kill(cluster.head.raylet(HEAD), signal.SIGKILL)
    answer = finished(under_way, 240)
    assert answer.pop("ran_s") > 0
    assert answer == {"state": "succeeded", "attempts": 2, "result": "resumed", "changed": True}
    notes = [json.loads(line) for line in cluster.head.node.log("long").splitlines() if '"berth"' in line]
    assert [note["berth"] for note in notes] == ["ray job", "cluster lost", "ray job"]
    assert cluster.worker.joined(WORKER) == {"state": "joined"}


def test_a_stopped_job_does_not_run(cluster: RayCluster) -> None:
    script = "print('waiting'); import time; time.sleep(601)"
    under_way = cluster.head.node.popen("ray-job", **cluster.head.job_request("stopped", script))
    log = cluster.head.node.work_dir / "logs/lab/stopped.log"
    wait_until(
        lambda: any("sleep(601)" in line for line in command_lines(cluster.nodes)) and log.exists(), 180
    )
    stopped = cluster.head.node("ray-job-stop", job={"id": "stopped", "cluster": "mind"})
    assert stopped == {"state": "absent", "changed": True}
    assert not any("sleep(601)" in line for line in command_lines(cluster.nodes))
    under_way.kill()
    under_way.communicate()
    again = cluster.head.node("ray-job-stop", job={"id": "stopped", "cluster": "mind"})
    assert again == {"state": "absent", "changed": False}


def test_whatever_ends_a_member_nothing_is_left(cluster: RayCluster) -> None:
    shared = set(os.listdir("/dev/shm"))
    cluster.worker.joined(WORKER)
    supervisor, raylet = cluster.worker.node.supervisor(WORKER), cluster.worker.raylet(WORKER)
    for pid in (supervisor, raylet):
        os.kill(pid, signal.SIGKILL)
    assert cluster.worker.node.stop(WORKER)["changed"] is True
    assert cluster.head.node.stop(HEAD)["changed"] is True
    for one, id in ((cluster.head, HEAD), (cluster.worker, WORKER)):
        assert one.node.processes() == {}
        assert not one.temporary(id).exists()
        assert listening(one.ports) == []
        assert one.node("ray-remove", ray={"cluster": "mind"}) == {"state": "absent", "changed": True}
        assert not (one.node.stack_dir / "ray").exists()
    assert set(os.listdir("/dev/shm")) <= shared
