"""A node that is not what its description says is refused with all reasons, and left as it was."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest
from supervised_node import PROGRAM, Node, Refused

REAL = {
    "ram_bytes": 8 * 10**9,
    "disk_bytes": 10**11,
    "disk_free_bytes": 5 * 10**10,
    "cpu_cores": 4,
    "arch": "arm64",
}


@pytest.fixture
def pi(empty_node: Node, tmp_path: Path) -> Node:
    """A node whose lab says that it is a Raspberry Pi."""
    (tmp_path / "facts.json").write_text(json.dumps(REAL))
    empty_node.environment["BERTH_LAB_FACTS"] = str(tmp_path / "facts.json")
    return empty_node


def refusal(node: Node, **declared: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        node.preflight(node={"name": "rpi1", "ram_bytes": 8 * 10**9, **declared})
    assert refused.value.code == 1
    return refused.value.lines


def test_everything_that_differs_is_said_at_once_and_nothing_is_left(pi: Node, tools: Path) -> None:
    (tools / "rsync").unlink()
    pi.environment["PATH"] = str(tools)
    before = sorted(pi.work_dir.parent.rglob("*"))
    assert refusal(pi, ram_bytes=16 * 10**9, disk_bytes=2 * 10**11, cpu_cores=8, arch="amd64") == [
        "berth: RamLessThanDeclared: node rpi1 is declared with 16 GB of RAM, and has 8 GB (declared by"
        " the lab);"
        " correct the cluster file",
        "berth: DiskLessThanDeclared: node rpi1 is declared with 200 GB of disk, and has 100 GB"
        " (declared by the lab);"
        " correct the cluster file",
        "berth: CoresLessThanDeclared: node rpi1 is declared with 8 CPU cores, and has 4 (declared by"
        " the lab);"
        " correct the cluster file",
        "berth: ArchDiffers: node rpi1 is declared as amd64, and is arm64 (declared by the lab);"
        " correct the cluster file",
        "berth: RsyncMissing: node rpi1 has no rsync; type there  sudo apt-get install rsync",
    ]
    assert sorted(pi.work_dir.parent.rglob("*")) == before


def test_ram_may_differ_by_three_percent(pi: Node) -> None:
    assert pi.preflight(node={"name": "rpi1", "ram_bytes": int(8.24 * 10**9)})["changed"] is True
    assert refusal(pi, ram_bytes=int(8.25 * 10**9)) == [
        "berth: RamLessThanDeclared: node rpi1 is declared with 8.25 GB of RAM, and has 8 GB (declared"
        " by the lab);"
        " correct the cluster file"
    ]


def test_a_lab_node_is_as_full_as_its_computer(pi: Node) -> None:
    assert 0 < pi.preflight()["facts"]["mem_available_bytes"] < REAL["ram_bytes"]


def test_a_full_disk_is_refused(pi: Node, tmp_path: Path) -> None:
    (tmp_path / "facts.json").write_text(json.dumps({**REAL, "disk_free_bytes": 10**6}))
    assert refusal(pi) == [
        f"berth: DiskFull: node rpi1 has 1 MB of disk left in {pi.work_dir}, and needs 64 MB; make room there"
    ]


def test_a_work_directory_that_is_a_file_is_refused(pi: Node) -> None:
    pi.work_dir.write_text("")
    assert refusal(pi) == [
        f"berth: WorkDirNotWritable: node rpi1 does not let this login write in {pi.work_dir};"
        " change who owns it, or remote_work_dir of rpi1 in the cluster file"
    ]


def test_a_second_preflight_changes_nothing_and_another_program_replaces_the_first(pi: Node) -> None:
    first = pi.preflight()
    assert first["changed"] is True
    assert first["facts"]["source"] == "declared by the lab"
    assert pi.preflight()["changed"] is False
    files = sorted(path.name for path in pi.stack_dir.iterdir())
    assert pi.preflight(program={**PROGRAM, "extra.py": ""})["changed"] is True
    assert (pi.stack_dir / "supervisor" / "extra.py").exists()
    assert len(list(pi.stack_dir.iterdir())) == len(files)
    assert pi.start()["changed"] is True


def test_what_runs_survives_a_new_program(pi: Node) -> None:
    pi.preflight()
    before = pi.start()
    pi.preflight(program={**PROGRAM, "extra.py": ""})
    assert pi.start() == {**before, "changed": False}
    assert pi.stop()["changed"] is True


def test_a_stack_of_somebody_else_is_refused(pi: Node) -> None:
    pi.preflight()
    with pytest.raises(Refused) as refused:
        pi.preflight(owner="bob@other:/tmp#2")
    assert refused.value.lines == [
        f"berth: OwnerMismatch: stack lab in {pi.work_dir} belongs to ann@desk:/home/ann/lab#1, and this is"
        " bob@other:/tmp#2; destroy it from there; if that state is lost, remove"
        f" {pi.stack_dir}/owner.json on this node and run the update again"
    ]


def test_what_a_person_should_know_is_noted_and_decides_nothing(pi: Node, tmp_path: Path) -> None:
    odd = {"page_size": 16384, "limit_by": "sampling", "limit_why": "no systemd; no memory cgroup"}
    (tmp_path / "facts.json").write_text(json.dumps({**REAL, **odd, "network_namespaces": False}))
    notes = [
        "instances are held to their memory by looking from time to time: no systemd; no memory cgroup",
        "the GPU takes its memory from the RAM, and no limit of an instance sees that: only the floor of"
        " memory_headroom protects the node",
        "memory pages of 16 KiB: a program built for 4 KiB may refuse to start (on Raspberry Pi OS"
        " kernel=kernel8.img in /boot/firmware/config.txt brings 4 KiB)",
        "instances with network: isolated are refused: the kernel gives this login no network of its own",
    ]
    node = {"name": "rpi1", "unified_memory": True}
    assert pi.preflight(node=node)["notes"] == notes
    ahead = pi("facts", program=PROGRAM, node=node, now=time.time() - 3600.4)["notes"]
    assert ahead == [
        *notes,
        "its clock is 60 min ahead of the coordinator's; times in its logs are off by that",
    ]
    assert pi("facts", program=PROGRAM, now=time.time())["notes"] == [notes[0], *notes[2:]]


def test_facts_are_measured(empty_node: Node) -> None:
    facts = empty_node("facts", program=PROGRAM)["facts"]
    assert facts["source"] == "measured"
    assert (
        facts["ram_bytes"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") == facts["ram_bytes"]
    )
    assert facts["cpu_cores"] == os.cpu_count()
    assert facts["page_size"] == os.sysconf("SC_PAGE_SIZE")
    assert abs(facts["disk_free_bytes"] - shutil.disk_usage("/tmp").free) < 10**9
    assert not empty_node.work_dir.exists()
