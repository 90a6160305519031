"""What a node says of itself: its GPUs, its temperature, and who runs there or should."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from graphics import gpus
from supervised_node import Node, wait_until
from thermal import hottest_c


def nvidia_smi(directory: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a program that prints `text` in the place of the driver's."""
    program = directory / "nvidia-smi"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{text}\nEND\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")


def test_a_workstations_gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi(
        tmp_path, "0, NVIDIA RTX A6000, 41, 1024, 49140\n1, NVIDIA RTX A6000, 0, 3, 49140", monkeypatch
    )
    first, second = gpus(tmp_path)
    assert first == {
        "index": 0,
        "name": "NVIDIA RTX A6000",
        "busy_percent": 41.0,
        "memory_used_bytes": 1024**3,
        "memory_bytes": 49140 * 1024**2,
    }
    assert (second["index"], second["busy_percent"]) == (1, 0.0)


def test_a_gb10_tells_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nvidia_smi(tmp_path, "0, NVIDIA GB10, 7, [N/A], [N/A]", monkeypatch)
    expected = {
        "index": 0,
        "name": "NVIDIA GB10",
        "busy_percent": 7.0,
        "memory_used_bytes": None,
        "memory_bytes": None,
    }
    assert gpus(tmp_path) == [expected]


@pytest.mark.parametrize("place", ["gpu.0", "platform/gpu.0", "platform/bus@0/17000000.gpu"])
def test_a_jetson_without_nvidia_smi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / place).mkdir(parents=True)
    (tmp_path / place / "load").write_text("425\n")
    expected = {
        "index": 0,
        "name": "Tegra",
        "busy_percent": 42.5,
        "memory_used_bytes": None,
        "memory_bytes": None,
    }
    assert gpus(tmp_path) == [expected]


def test_no_gpu_and_a_driver_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gpus(tmp_path) == []
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\nexit 9\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert gpus(tmp_path) == []


def test_the_hottest_zone_that_tells(tmp_path: Path) -> None:
    for number, text in enumerate(["45500", "61000", "-256000", "no number"]):
        (tmp_path / f"thermal_zone{number}").mkdir()
        (tmp_path / f"thermal_zone{number}" / "temp").write_text(text)
    assert hottest_c(tmp_path) == 61.0
    assert hottest_c(tmp_path / "nothing") is None


def test_who_runs_and_who_should(node: Node) -> None:
    node.start("a")
    node.start("b")
    for pid in node.processes("b"):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: node.status("b")["state"] == "dead")
    answer = node("facts")
    (holding,) = answer["holdings"]
    assert (holding["stack"], holding["instance"], holding["used_bytes"] > 0) == ("lab", "a", True)
    assert answer["unwell"] == [{"stack": "lab", "instance": "b", "state": "dead"}]
    assert answer["facts"]["load_1m"] >= 0
