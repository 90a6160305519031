"""HIVE_CLUSTER: four processes share one memory, whatever happens to them.

Does not prove: that members reach each other across real machines and their firewalls.
"""

from __future__ import annotations

import json
import socket
import time
from contextlib import closing, suppress
from functools import partial
from typing import Any

import pytest
from experiment_node import HOST, ExperimentNode, eventually

MEMBERS = ["historian", "critic", "optimist", "pessimist"]
STEPS = 15


def start(node: ExperimentNode, name: str, steps: int = STEPS) -> Any:
    return node.start(name, step_seconds=0.05, steps=steps)


def assert_of_one_mind(node: ExperimentNode) -> None:
    """Every thought is in the memory once, all were moved, and the historian heard all last words."""
    last_moods = {}
    for name in MEMBERS:
        assert node.events(name)[-1] == "completed"
        assert node.kept_steps(name) == list(range(1, STEPS + 1))
        kept = "SELECT step, mood FROM thoughts WHERE instance = ? AND author = ? ORDER BY step"
        moods = [facts["mood"] for facts in node.kept_facts(name)]
        assert node.rows(kept, "test/historian", name) == list(enumerate(moods, start=1))
        last_moods[name] = moods[-1]
    assert 0 < last_moods["pessimist"] < last_moods["optimist"] < 1
    del last_moods["historian"]
    assert node.kept_facts("historian")[-1]["heard"] == last_moods


@pytest.mark.parametrize("order", [MEMBERS, MEMBERS[::-1]], ids=["historian first", "historian last"])
def test_becomes_of_one_mind_in_whatever_order_it_starts(node: ExperimentNode, order: list[str]) -> None:
    node.give_ports(*MEMBERS)
    processes = []
    for name in order:
        processes.append(start(node, name))
        eventually(partial(node.events, name))
    assert [process.wait(15) for process in processes] == [0, 0, 0, 0]
    assert_of_one_mind(node)
    if order[-1] == "historian":
        assert "waiting" in node.events("critic")


def test_outlives_the_death_of_its_historian(node: ExperimentNode) -> None:
    node.give_ports(*MEMBERS)
    historian, *others = [start(node, name) for name in MEMBERS]
    node.await_step("critic", 5)
    historian.kill()
    historian.wait()
    eventually(lambda: all(node.events(name)[-1] == "waiting" for name in MEMBERS[1:]))
    historian = start(node, "historian")
    assert [process.wait(15) for process in (historian, *others)] == [0, 0, 0, 0]
    assert_of_one_mind(node)


def test_a_member_killed_between_steps_repeats_no_thought(node: ExperimentNode) -> None:
    node.give_ports(*MEMBERS)
    processes = [start(node, name) for name in MEMBERS[:3]]
    for step in (2, 4, 6):
        pessimist = start(node, "pessimist")
        node.await_step("pessimist", step)
        pessimist.kill()
        pessimist.wait()
    processes.append(start(node, "pessimist"))
    assert [process.wait(15) for process in processes] == [0, 0, 0, 0]
    assert_of_one_mind(node)


def test_follows_a_historian_that_moves(node: ExperimentNode) -> None:
    node.give_ports("historian", "critic")
    historian, critic = start(node, "historian"), start(node, "critic")
    node.await_step("critic", 3)
    historian.kill()
    historian.wait()
    before = node.roster["historian"]["port"]
    node.give_ports("historian")
    assert node.roster["historian"]["port"] != before
    historian = start(node, "historian")
    assert [historian.wait(15), critic.wait(15)] == [0, 0]


def test_listens_on_its_own_address_alone(node: ExperimentNode) -> None:
    node.give_ports("historian")
    node.roster["historian"]["host"] = "127.0.0.7"
    node.start("historian", step_seconds=0.05)
    node.await_step("historian", 1)
    port = node.roster["historian"]["port"]
    with closing(socket.create_connection(("127.0.0.7", port), 1)):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port), 1)


def test_says_when_its_port_is_taken(node: ExperimentNode) -> None:
    node.give_ports("historian")
    port = node.roster["historian"]["port"]
    with closing(socket.create_server((HOST, port))):
        assert node.start("historian").wait(10) == 1
    text = (node.directory / "historian.log").read_text()
    where = f"(while attempting to bind on address ('{HOST}', {port}))"
    assert text == f"OSError: [Errno 98] Address already in use {where}\n"


THOUGHT = {"author": "critic", "step": 1, "mood": 0.5, "text": "hm"}
GARBAGE = {
    "nothing": b"",
    "half a line": b'{"author": "cri',
    "noise": bytes(range(256)) + b"\n",
    "megabytes": b"x" * 5_000_000,
    "a deep nest": b"[" * 60_000 + b"\n",
    "another's words": b"GET / HTTP/1.1\r\n\r\n",
    "not a thought": b"42\n",
    "two thoughts": json.dumps([THOUGHT, THOUGHT]).encode() + b"\n",
    "a stranger's thought": json.dumps({**THOUGHT, "author": "nobody"}).encode() + b"\n",
    "a thought of no step": json.dumps({**THOUGHT, "step": 10**400}).encode() + b"\n",
    "a mood out of this world": json.dumps({**THOUGHT, "mood": float("nan")}).encode() + b"\n",
    "a novel": json.dumps({**THOUGHT, "text": "x" * 2000}).encode() + b"\n",
}


def say(port: int, words: bytes) -> bytes:
    """What the historian answers before it hangs up."""
    with closing(socket.create_connection((HOST, port), 3)) as connection:
        answer = b""
        with suppress(ConnectionError):  # it may hang up on megabytes before it has them all
            connection.sendall(words)
            while received := connection.recv(4096):
                answer += received
        return answer


def test_nobody_gets_an_answer_to_garbage_or_disturbs_the_historian(node: ExperimentNode) -> None:
    node.give_ports("historian", "critic")
    historian = node.start("historian", step_seconds=0.05)
    node.await_step("historian", 1)
    port = node.roster["historian"]["port"]
    for words, garbage in GARBAGE.items():
        assert say(port, garbage) == b"", words
        answer = json.loads(say(port, json.dumps(THOUGHT).encode() + b"\n"))
        assert [thought["author"] for thought in answer] == ["critic", "historian"], words
    assert set(node.events("historian")) == {"started", "step"}
    assert node.rows("SELECT count(*) FROM thoughts WHERE author <> 'historian'") == [(1,)]
    historian.terminate()
    assert historian.wait(2) == 143


def test_a_crowd_that_says_nothing_keeps_nobody_out_for_long(node: ExperimentNode) -> None:
    node.give_ports("historian", "critic")
    historian = node.start("historian", step_seconds=0.05)
    node.await_step("historian", 1)
    crowd = [socket.create_connection((HOST, node.roster["historian"]["port"])) for _ in range(50)]
    began = time.monotonic()
    critic = start(node, "critic", steps=1)
    assert critic.wait(10) == 0
    assert time.monotonic() - began < 6
    for silent in crowd:
        silent.close()
    crowd = [socket.create_connection((HOST, node.roster["historian"]["port"])) for _ in range(50)]
    historian.terminate()
    assert historian.wait(2) == 143
    for silent in crowd:
        silent.close()
