"""What ends by itself runs again, as often as it may."""

from __future__ import annotations

import os
import signal
import time

from supervised_node import Node, wait_until


def test_a_crash_is_followed_by_restarts_up_to_the_limit_and_then_by_failure(node: Node) -> None:
    begin = time.monotonic()
    script = "print('run', flush=True); import time; time.sleep(0.4); raise SystemExit(3)"
    assert node.start("a", script)["state"] == "running"
    wait_until(lambda: node.state()["state"] == "failed")
    assert time.monotonic() - begin >= 3 * 0.4 + 0.1 + 0.2  # three runs, and the pause doubled
    assert node.log() == "run\n" * 3
    status = node.status()
    assert (status["state"], status["restarts"], status["pid"]) == ("failed", 2, None)
    assert (status["exit"]["code"], status["exit"]["signal"], status["exit"]["reason"]) == (3, None, "exit")
    wait_until(lambda: not node.processes())
    assert node.start("a", script)["changed"] is True  # asked again, it is tried again


def test_a_killed_instance_comes_back(node: Node) -> None:
    first = node.start()["pid"]
    os.kill(first, signal.SIGKILL)
    second = wait_until(lambda: node.state()["pid"] not in (None, first) and node.state()["pid"])
    status = node.status()
    assert (status["pid"], status["restarts"], status["exit"]["signal"]) == (second, 1, "SIGKILL")


def test_only_restarts_within_the_interval_count(node: Node) -> None:
    # Each life takes 0.4 s: two restarts never fall into 0.3 s, and always into 600 s.
    restart = {"policy": "on-failure", "attempts": 1, "interval_s": 0.3, "backoff_s": 0.05}
    node.start("a", "import time; time.sleep(0.4); raise SystemExit(1)", restart=restart)
    node.start(
        "b", "import time; time.sleep(0.4); raise SystemExit(1)", restart={**restart, "interval_s": 600}
    )
    wait_until(lambda: node.state("a")["restarts"] >= 3)
    wait_until(lambda: node.state("b")["state"] == "failed")
    assert node.state("b")["restarts"] == 1


def test_policy_never_is_not_restarted(node: Node) -> None:
    restart = {"policy": "never", "attempts": 5, "interval_s": 600, "backoff_s": 0}
    node.start("a", "import time; time.sleep(0.4); raise SystemExit(1)", restart=restart)
    wait_until(lambda: node.state()["state"] == "failed")
    assert node.state()["restarts"] == 0


def test_what_has_completed_stays_completed(node: Node) -> None:
    assert node.start("a", "print('done')", settle_s=20) == {
        "state": "completed",
        "pid": None,
        "restarts": 0,
        "changed": True,
    }
    wait_until(lambda: not node.processes())
    assert node.start("a", "print('done')", settle_s=20)["changed"] is False
    assert node.log() == "done\n"
    assert node.status()["state"] == "completed"
