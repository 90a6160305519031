"""One request after another over one connection.

Not proved here: that a connection which breaks ends it (test/ops/node/node-session.test.ts).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from supervised_node import OWNER, PROGRAM, SUPERVISOR, Node, wait_until

TRANSPORT = SUPERVISOR.parents[1] / "components" / "run-on-node.sh"
# What it gives to Python, between the quotes of a shell.
READS = re.findall(r"python3 -I -S -c '(.+)' session", TRANSPORT.read_text())[0].replace('\\"', '"')


class Session:
    """The process on the node, and what it is asked."""

    def __init__(self, node: Node, process: subprocess.Popen[str]) -> None:
        self.node, self.process = node, process

    def send(self, verb: str, **fields: Any) -> None:
        common = {"work_dir": str(self.node.work_dir), "stack": self.node.stack, "owner": OWNER}
        request = json.dumps({**common, "deadline_s": 30, **fields})
        assert self.process.stdin
        self.process.stdin.write(json.dumps([verb, request]) + "\n")
        self.process.stdin.flush()

    def line(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def __call__(self, verb: str, **fields: Any) -> Any:
        self.send(verb, **fields)
        return self.line()

    def answering(self) -> int:
        """The process that carries out a request."""
        return int(wait_until(self._children))

    def _children(self) -> str:
        pid = self.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return file.read().strip()


@contextmanager
def session(node: Node, idle_s: int = 30) -> Iterator[Session]:
    process = subprocess.Popen(
        [node.python, "-I", "-S", "-c", READS, "session"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=node.environment,
    )
    common = {"work_dir": str(node.work_dir), "stack": node.stack, "owner": ""}
    request = json.dumps(json.dumps({**common, "deadline_s": 20, "idle_s": idle_s}))
    assert process.stdin
    loader = (SUPERVISOR / "loader.py").read_text()
    process.stdin.write(f"{loader}\nload({request}, {json.dumps(PROGRAM)})\n# requests follow\n")
    process.stdin.flush()
    one = Session(node, process)
    assert one.line() == {"ok": True}
    try:
        yield one
    finally:
        process.communicate(timeout=40)


def test_a_connection_that_is_lost_before_all_of_the_program_came_ends_it(node: Node) -> None:
    loader = (SUPERVISOR / "loader.py").read_bytes()
    for come in (0, len(loader) // 2, len(loader)):
        cut = loader[:come] + (b"\nload(" if come == len(loader) else b"")
        # It took memory without end.
        lost = subprocess.run(
            [
                "sh",
                "-c",
                'ulimit -v 1000000; exec "$@"',
                "sh",
                node.python,
                "-I",
                "-S",
                "-c",
                READS,
                "session",
            ],
            input=cut,
            capture_output=True,
            env=node.environment,
            timeout=60,
        )
        assert lost.stdout == b""
        assert b"MemoryError" not in lost.stderr


def test_answers_as_the_verbs_do_by_themselves(node: Node) -> None:
    node.start()
    with session(node) as ask:
        for verb in ("status", "census", "status"):
            ended = ask(verb)
            assert (ended["status"], ended["stderr"]) == (0, "")
            mine, alone = json.loads(ended["stdout"]), {"ok": True, **node(verb, program=PROGRAM)}
            for answer in (mine, alone):
                for one in answer.get("instances", []):
                    assert one.pop("uptime_s") >= 0 and one.pop("memory_bytes") > 0
            assert mine == alone


def test_refuses_as_the_verbs_do_by_themselves(node: Node) -> None:
    with session(node) as ask:
        ended = ask("status", work_dir="here")
        problem = "berth: BadRequest: work_dir must be absolute or start with ~/, got 'here'"
        assert ended == {
            "status": 2,
            "stdout": "",
            "stderr": f"{problem}; use the components of the same version of Berth\n",
        }
        assert ask("status")["status"] == 0


def test_where_nothing_is_installed_nothing_is_written(empty_node: Node) -> None:
    with session(empty_node) as ask:
        assert json.loads(ask("watch")["stdout"])["instances"] == []
    assert not empty_node.work_dir.exists()


def test_one_that_hangs_is_ended_at_its_deadline_and_the_next_is_answered(node: Node) -> None:
    hang(node)
    with session(node) as ask:
        late = "berth: DeadlineExceeded: status took longer than 1 s; run the update again\n"
        assert ask("status", deadline_s=1) == {"status": 1, "stdout": "", "stderr": late}
        assert ask("facts", stack="other", work_dir="/nowhere")["status"] == 0


def test_one_that_is_killed_has_no_status_and_the_next_is_answered(node: Node) -> None:
    hang(node)
    with session(node) as ask:
        ask.send("status")
        os.kill(ask.answering(), signal.SIGKILL)
        assert ask.line() == {"status": None, "stdout": "", "stderr": ""}
        assert ask("facts", stack="other", work_dir="/nowhere")["status"] == 0


def test_ends_with_its_connection(node: Node) -> None:
    with session(node) as ask:
        ask("status")
    assert ask.process.returncode == 0


def test_ends_by_itself_when_it_is_asked_nothing_more(node: Node) -> None:
    with session(node, idle_s=3) as ask:
        ask("status")
        assert ask.process.wait(timeout=30) == -signal.SIGALRM


def hang(node: Node) -> None:
    """Whoever reads how this stack's instances are waits for ever."""
    directory = node.stack_dir / "instances" / "a"
    directory.mkdir(parents=True)
    os.mkfifo(directory / "state.json")
