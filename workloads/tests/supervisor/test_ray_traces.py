"""What a member leaves outside of its stack's folder, without a Ray: files as its raylet names them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from supervised_node import SUPERVISOR

sys.path.insert(0, str(SUPERVISOR))
import ray_traces
from layout import Layout


@pytest.fixture
def shared_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shm"
    folder.mkdir()
    monkeypatch.setattr(ray_traces, "SHARED_MEMORY", folder)
    return folder


def run_of(layout: Layout, instance: str, raylet: int) -> Path:
    """A member's folder after its raylet has written its first line."""
    folder = ray_traces.make_temporary(layout, instance)
    logs = folder / "ray" / "session_1" / "logs"
    logs.mkdir(parents=True)
    line = f"[2026-11-22 11:12:20,502 I {raylet} {raylet}] (raylet) main.cc:283: Setting cluster ID\n"
    (logs / "raylet.out").write_text(line)
    return folder


def ended() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_semaphores_of_an_ended_raylet_go_with_the_folder_and_others_stay(
    tmp_path: Path, shared_memory: Path
) -> None:
    layout, gone = Layout(tmp_path, "lab"), ended()
    folder = run_of(layout, "mind-head", gone)
    for name in (f"sem.obj{gone}-17", f"sem.hdr{gone}-17", f"sem.obj{os.getpid()}-17", "sem.else", "plasma"):
        (shared_memory / name).touch()
    ray_traces.clear_traces(layout, "mind-head")
    assert sorted(os.listdir(shared_memory)) == ["plasma", "sem.else", f"sem.obj{os.getpid()}-17"]
    assert not folder.exists()
    ray_traces.clear_traces(layout, "mind-head")


def test_a_raylets_pid_that_is_anothers_by_now_means_nothing(tmp_path: Path, shared_memory: Path) -> None:
    layout = Layout(tmp_path, "lab")
    run_of(layout, "mind-head", os.getpid())
    (shared_memory / f"sem.obj{os.getpid()}-17").touch()
    ray_traces.clear_traces(layout, "mind-head")
    assert os.listdir(shared_memory) == [f"sem.obj{os.getpid()}-17"]


def test_a_purge_finds_members_that_nobody_knows_any_more_and_no_other_stacks(
    tmp_path: Path, shared_memory: Path
) -> None:
    ours, theirs = Layout(tmp_path, "lab"), Layout(tmp_path, "other")
    mine, other = run_of(ours, "mind-head", ended()), run_of(theirs, "mind-head", ended())
    ray_traces.clear_all_traces(ours)
    assert (mine.exists(), other.exists()) == (False, True)
    ray_traces.clear_all_traces(theirs)
    assert not other.exists()


def test_a_folder_is_closed_to_others_and_empty_at_every_start(tmp_path: Path, shared_memory: Path) -> None:
    layout = Layout(tmp_path, "lab")
    folder = run_of(layout, "mind-head", ended())
    assert folder.stat().st_mode & 0o777 == 0o700
    ray_traces.make_temporary(layout, "mind-head")
    assert os.listdir(folder) == ["stack"]
    ray_traces.clear_traces(layout, "mind-head")
