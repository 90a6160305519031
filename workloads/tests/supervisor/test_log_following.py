"""The end of a log, and what came since, over rotations: nothing twice, nothing missed."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

from log_file import LogFile
from supervised_node import Node


def log_of(node: Node) -> Path:
    path = node.work_dir / "logs" / "lab" / "a.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def ask(node: Node, **fields: Any) -> dict[str, Any]:
    return node("logs", instance={"id": "a"}, **{"lines": 10, **fields})


def test_the_last_lines_and_only_whole_ones(node: Node) -> None:
    log_of(node).write_text("one\ntwo\nthree\nhal")
    answer = ask(node, lines=2)
    assert answer["text"] == "two\nthree\n"
    assert (answer["runs"], answer["modified"] is None) == (False, False)
    with log_of(node).open("a") as log:
        log.write("f\nfour\n")
    assert ask(node, after=answer["place"])["text"] == "half\nfour\n"


def test_no_log_and_one_that_begins_later(node: Node) -> None:
    answer = ask(node)
    assert (answer["text"], answer["modified"]) == ("", None)
    log_of(node).write_text("first\n")
    assert ask(node, after=answer["place"])["text"] == "first\n"


def test_every_line_once_whatever_is_rotated_meanwhile(node: Node) -> None:
    log = LogFile(log_of(node), max_bytes=100, keep=3)
    answer = ask(node)
    told = ""
    for number in range(40):
        log.write(f"line {number}\n".encode())
        if number % 9 == 0:
            answer = ask(node, after=answer["place"])
            told += answer["text"]
    told += ask(node, after=answer["place"])["text"]
    assert told == "".join(f"line {number}\n" for number in range(40))
    assert ask(node, lines=15)["text"] == "".join(f"line {number}\n" for number in range(25, 40))


def test_a_file_that_was_emptied_begins_anew(node: Node) -> None:
    log_of(node).write_text("a long first line\n")
    answer = ask(node)
    os.truncate(log_of(node), 0)
    with log_of(node).open("a") as log:
        log.write("new\n")
    assert ask(node, after=answer["place"])["text"] == "new\n"


def test_a_question_waits_for_the_answer(node: Node) -> None:
    log_of(node).write_text("old\n")
    place = ask(node)["place"]
    assert ask(node, after=place, wait_s=0.3)["text"] == ""

    def write() -> None:
        time.sleep(1)
        with log_of(node).open("a") as log:
            log.write("new\n")

    writer = threading.Thread(target=write)
    writer.start()
    assert ask(node, after=place, wait_s=20)["text"] == "new\n"
    writer.join()
