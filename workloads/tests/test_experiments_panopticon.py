"""PANOPTICON: what the observer sees of the subject, alive or dead, and what that does to the subject."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import Any

from experiment_node import HOST, ExperimentNode, eventually

QUICK: dict[str, Any] = {"step_seconds": 0.05}


def last_seen(node: ExperimentNode) -> dict[str, Any]:
    return next((line for line in reversed(node.log("observer")) if line["event"] == "step"), {})


def test_the_observer_survives_the_subject(node: ExperimentNode) -> None:
    node.give_ports("subject", "observer")
    observer = node.start("observer", **QUICK)
    address = f"{HOST}:{node.roster['subject']['port']}"
    refused = f"subject does not answer at {address}: [Errno 111] Connection refused"
    eventually(lambda: last_seen(node).get("reason") == refused)

    subject = node.start("subject", **QUICK)
    eventually(lambda: last_seen(node).get("reachable"))
    subject.kill()
    subject.wait()
    eventually(lambda: last_seen(node).get("reason") == refused)
    lived = node.kept_steps("subject")[-1]

    node.start("subject", **QUICK)
    eventually(lambda: last_seen(node).get("subject", {}).get("step", 0) > lived)
    observer.terminate()
    assert observer.wait(2) == 143
    assert node.kept_steps("observer") == list(range(1, last_seen(node)["step"] + 1))
    seen = [facts["reachable"] for facts in node.kept_facts("observer")]
    changes = [now for before, now in zip([None, *seen], seen) if now != before]
    assert changes == [False, True, False, True]


def test_what_it_sees_is_what_the_subject_lived(node: ExperimentNode) -> None:
    node.give_ports("subject", "observer")
    node.start("subject", **QUICK)
    node.start("observer", **QUICK)
    eventually(lambda: last_seen(node).get("subject", {}).get("step", 0) >= 10)
    seen = last_seen(node)["subject"]
    lived = node.kept_facts("subject")[int(seen["step"]) - 1]
    assert {**seen, "looks": lived["looks"]} == {**lived, "step": seen["step"]}


def test_being_watched_is_stress_and_stress_raises_the_alarm(node: ExperimentNode) -> None:
    calm: dict[str, Any] = {**QUICK, "calm": 0, "hoard_mb": 0}
    node.give_ports("subject", "observer")
    node.start("subject", **calm)
    node.await_step("subject", 3)
    assert {facts["stress"] for facts in node.kept_facts("subject")} == {0}
    node.start("observer", step_seconds=0.01, alarm=0.5)
    eventually(lambda: last_seen(node).get("alarm"))
    assert max(facts["stress"] for facts in node.kept_facts("subject")) == 0.5


def test_memory_fills_up_and_is_forgotten(node: ExperimentNode) -> None:
    node.give_ports("subject")
    assert node.start("subject", step_seconds=0, steps=7, hoard_mb=30, hoard_mb_per_step=10).wait(10) == 0
    lives = node.kept_facts("subject")
    assert [facts["memory_pressure"] for facts in lives] == [0.3333, 0.6667, 1, 0.3, 0.6333, 0.9667, 0.2667]
    assert lives[2]["memory_bytes"] - lives[0]["memory_bytes"] > 15_000_000


def test_an_impostor_shows_no_vital_signs(node: ExperimentNode) -> None:
    node.give_ports("subject", "observer")
    none, silent = "subject shows no vital signs", "subject does not answer at"
    address = f"{HOST}:{node.roster['subject']['port']}"
    told = {
        b'{"stress": "none"}': none,
        b"[]": none,
        b'{"step": 1, "memory_bytes": 1' + b"0" * 400 + b"}": none,
        b'{"step": 1, "memory_bytes": 1, "memory_pressure": 0, "stress": NaN}': none,
        b"": f"{silent} {address}: Expecting value: line 2 column 1 (char 1)",
        b"[" * 60_000: f"{silent} {address}: nested too deeply",
    }
    with closing(socket.create_server((HOST, node.roster["subject"]["port"]))) as impostor:
        impostor.settimeout(10)
        observer = node.start("observer", **QUICK, steps=len(told))
        for words in told:
            connection, _ = impostor.accept()
            with closing(connection):
                connection.recv(4096)
                connection.sendall(words + b"\n")
        assert observer.wait(10) == 0
    assert [facts["reason"] for facts in node.kept_facts("observer")] == [*told.values()]
