"""The log keeps every line whole, counts what a full disk swallows, and never stops the one who writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from log_file import LogFile
from supervised_node import Node, wait_until


def whole(log: Path) -> bytes:
    rotated = sorted(log.parent.glob(f"{log.name}.*"), key=lambda path: -int(path.suffix[1:]))
    return b"".join(path.read_bytes() for path in [*rotated, log])


@pytest.mark.parametrize("chunk", [1, 7, 100, 5000])
def test_rotation_keeps_every_line_whole(tmp_path: Path, chunk: int) -> None:
    log = LogFile(tmp_path / "a.log", max_bytes=100, keep=999)
    text = b"".join(b"line %d %s\n" % (number, b"x" * (number % 40)) for number in range(200))
    for start in range(0, len(text), chunk):
        log.write(text[start : start + chunk])
    assert whole(tmp_path / "a.log") == text
    files = list(tmp_path.glob("a.log.*"))
    assert files and all(path.read_bytes().endswith(b"\n") and path.stat().st_size < 160 for path in files)


def test_only_so_many_old_ones_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", max_bytes=4, keep=2)
    log.write(b"one\ntwo\nthree\nfour\nfive")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "a.log": b"five",
        "a.log.1": b"four\n",
        "a.log.2": b"three\n",
    }


def test_a_line_without_end_does_not_grow_for_ever(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "a.log", max_bytes=100, keep=1)
    for _ in range(100):
        log.write(b"x" * 50)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 600


def test_what_a_full_disk_swallows_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogFile(tmp_path / "a.log", max_bytes=1000, keep=1)
    log.write(b"before\n")
    real = log.file
    with open("/dev/full", "wb") as full:
        log.file = full.fileno()
        log.write(b"lost\n")
        log.write(b"lost too\n")
    log.file = real
    log.write(b"after\n")
    lines = (tmp_path / "a.log").read_bytes().splitlines()
    assert lines == [b"before", b"", json.dumps({"berth": "log lost", "bytes": 14}).encode(), b"after"]


def test_a_real_instance_loses_no_line_when_its_log_is_rotated(node: Node) -> None:
    script = (
        "for number in range(20000): print('line', number)\nimport time; print(flush=True); time.sleep(600)"
    )
    pid = node.start("a", script, log_max_bytes=50_000, log_keep=99)["pid"]
    log = node.work_dir / "logs" / "lab" / "a.log"
    expected = b"".join(b"line %d\n" % number for number in range(20000)) + b"\n"
    wait_until(lambda: whole(log) == expected)
    assert len(list(log.parent.iterdir())) > 4
    assert node.status()["pid"] == pid
    node.start("b", "print('b')", settle_s=20)
    assert node("logs", instance={"id": "b"}, lines=5)["text"] == "b\n"
    assert node("logs", instance={"id": "nobody"}, lines=5)["text"] == ""
