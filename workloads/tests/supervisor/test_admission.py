"""The node's last word: what would over-commit it is refused, and the refusal says who holds what."""

from __future__ import annotations

from typing import Any

import pytest
from supervised_node import Node, Refused, finished, wait_until

GB = 10**9


def limits(memory: int = 64 * GB, gpu: int = 0, instances: int = 9) -> dict[str, int]:
    return {"memory_limit_bytes": memory, "gpu_memory_limit_bytes": gpu, "max_instances": instances}


def refusal(node: Node, **instance: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        node.start(**instance)
    return refused.value.lines


def test_everything_that_is_held_is_named_whichever_stack_holds_it(node: Node) -> None:
    other = node.beside("other")
    other.environment = node.environment
    other.preflight()
    node.start(
        "a", memory_bytes=2 * GB, gpu_memory_bytes=GB, port=9001, network="peers", limits=limits(gpu=GB)
    )
    other.start("b", memory_bytes=4 * GB, limits=limits())

    assert refusal(other, id="c", memory_bytes=2 * GB + GB // 2, limits=limits(memory=8 * GB)) == [
        "berth: MemoryExceeded: other/c needs 2.5 GB of memory, but of this node's 8 GB hold lab/a 2"
        " GB, other/b 4 GB;"
        " stop something, or place other/c elsewhere"
    ]
    assert refusal(other, id="c", gpu_memory_bytes=GB // 2, limits=limits(gpu=GB)) == [
        "berth: GpuMemoryExceeded: other/c needs 500 MB of GPU memory, but of this node's 1 GB hold"
        " lab/a 1 GB;"
        " stop something, or place other/c elsewhere"
    ]
    # All reasons at once.
    everything = refusal(
        other, id="a", memory_bytes=9 * GB, port=9001, network="peers", limits=limits(8 * GB, 0, 2)
    )
    assert everything == [
        "berth: InstancesExceeded: other/a needs a place, but this node takes 2 at once and runs lab/a,"
        " other/b;"
        " stop one of them, or place other/a elsewhere",
        "berth: MemoryExceeded: other/a needs 9 GB of memory, but of this node's 8 GB hold lab/a 2 GB,"
        " other/b 4 GB;"
        " stop something, or place other/a elsewhere",
        "berth: PortTaken: other/a needs port 9001, which lab/a has; give one of the stacks other peer ports",
    ]
    # To the byte: what just fits does.
    assert other.start("c", memory_bytes=2 * GB, limits=limits(memory=8 * GB))["changed"] is True


def test_a_change_that_does_not_fit_leaves_what_runs(node: Node) -> None:
    before = node.start("a", memory_bytes=GB, limits=limits(2 * GB))
    assert refusal(node, id="a", memory_bytes=3 * GB, limits=limits(2 * GB)) == [
        "berth: MemoryExceeded: lab/a needs 3 GB of memory, but of this node's 2 GB hold nobody anything;"
        " stop something, or place lab/a elsewhere"
    ]
    assert node.start("a", memory_bytes=GB) == {**before, "changed": False}


def test_of_two_starts_that_together_do_not_fit_exactly_one_wins(node: Node) -> None:
    requests = [node.start_request(id, memory_bytes=3 * GB, limits=limits(4 * GB)) for id in "abcd"]
    won, refused = [], []
    for process in [node.popen("start", **request) for request in requests]:
        try:
            won.append(finished(process))
        except Refused as error:
            refused.append(error.lines[0].split(":")[1])
    assert ([answer["state"] for answer in won], refused) == (["running"], [" MemoryExceeded"] * 3)
    assert sorted(node.processes().values()) == [False, True]


def test_what_has_ended_frees_its_place(node: Node) -> None:
    alone = limits(instances=1)
    node.start("done", "pass", limits=alone)
    wait_until(lambda: not node.processes())
    crash = "import time; time.sleep(0.4); raise SystemExit(1)"
    node.start(
        "failed",
        crash,
        restart={"policy": "never", "attempts": 0, "interval_s": 1, "backoff_s": 0},
        limits=alone,
    )
    wait_until(lambda: node.state("failed")["state"] == "failed" and not node.processes())
    assert node.start("next", limits=alone)["state"] == "running"


def test_what_waits_for_its_restart_keeps_its_place(node: Node) -> None:
    crash = "import time; time.sleep(0.4); raise SystemExit(1)"
    node.start(
        "a", crash, restart={"policy": "on-failure", "attempts": 9, "interval_s": 600, "backoff_s": 60}
    )
    wait_until(lambda: node.state()["state"] == "backoff")
    assert refusal(node, id="b", limits=limits(instances=1)) == [
        "berth: InstancesExceeded: lab/b needs a place, but this node takes 1 at once and runs lab/a;"
        " stop one of them, or place lab/b elsewhere"
    ]


def test_one_that_runs_but_cannot_be_read_is_not_taken_for_nothing(node: Node) -> None:
    node.start("a")
    (node.stack_dir / "instances" / "a" / "spec.json").write_text("{")
    assert refusal(node, id="b") == [
        "berth: LedgerUnreadable: lab/b may not fit: lab/a runs here, but what it holds cannot be read"
        " from its spec.json;"
        " stop lab/a, then run the update again"
    ]
    assert node.start("a")["changed"] is True  # a start of its own repairs it


def test_a_port_that_the_same_stack_holds_needs_no_other_ports(node: Node) -> None:
    node.start("a", port=9001, network="peers")
    assert refusal(node, id="b", port=9001, network="peers") == [
        "berth: PortTaken: lab/b needs port 9001, which lab/a has;"
        " run the update again, whose roster makes room"
    ]
    # Where nobody listens no port is held.
    assert node.start("c", port=9001)["changed"] is True
    assert node.start("d", port=9001)["changed"] is True


def of_gpus(count: int = 2, cores: float | None = None) -> dict[str, Any]:
    return {**limits(gpu=count * 8 * GB), "gpus": count, "cpu_cores": cores}


def test_a_device_is_given_out_once(node: Node) -> None:
    other = node.beside("other")
    other.environment = node.environment
    other.preflight()
    node.start("half", gpus=0.5, devices=[0], gpu_memory_bytes=3 * GB, limits=of_gpus())
    node.start("whole", gpus=1, devices=[1], limits=of_gpus())

    assert refusal(other, id="b", gpus=1, devices=[0], limits=of_gpus()) == [
        "berth: GpuExceeded: other/b needs the whole of GPU 0, which is held by lab/half (0.5 of it);"
        " stop something, or place other/b elsewhere"
    ]
    assert refusal(other, id="b", gpus=0.6, devices=[0], limits=of_gpus()) == [
        "berth: GpuExceeded: other/b needs 0.6 of GPU 0, which is held by lab/half (0.5 of it);"
        " stop something, or place other/b elsewhere"
    ]
    assert refusal(other, id="b", devices=[1], gpu_memory_bytes=GB, limits=of_gpus()) == [
        "berth: GpuExceeded: other/b needs a part of GPU 1, which is held by lab/whole (whole);"
        " stop something, or place other/b elsewhere"
    ]
    assert refusal(other, id="b", devices=[0], gpu_memory_bytes=6 * GB, limits=of_gpus()) == [
        "berth: GpuMemoryExceeded: other/b needs 6 GB of GPU 0, but of its 8 GB hold lab/half (3 GB);"
        " stop something, or place other/b elsewhere"
    ]
    assert refusal(other, id="b", gpus=1, devices=[2], limits=of_gpus()) == [
        "berth: GpuExceeded: other/b needs GPU 2, but this node has 2, counted from 0;"
        " correct gpus in the cluster file"
    ]
    # To the thousandth, and to the byte: what just fits does.
    exact: dict[str, Any] = {"gpus": 0.5, "devices": [0], "gpu_memory_bytes": 5 * GB}
    assert other.start("b", **exact, limits=of_gpus())["changed"] is True
    node.stop("whole")
    assert other.start("c", gpus=1, devices=[1], limits=of_gpus())["changed"] is True


def test_cores_are_counted_where_the_node_says_how_many_it_has(node: Node) -> None:
    node.start("a", cpu_cores=1.5, limits=of_gpus(cores=4))
    assert refusal(node, id="b", cpu_cores=3, limits=of_gpus(cores=4)) == [
        "berth: CpuExceeded: lab/b needs 3 cores, but of this node's 4 cores hold lab/a 1.5 cores;"
        " stop something, or place lab/b elsewhere"
    ]
    assert node.start("b", cpu_cores=2.5, limits=of_gpus(cores=4))["changed"] is True
    assert node.start("c", cpu_cores=64, limits=limits())["changed"] is True
    assert node.start("d", limits=of_gpus(cores=4))["changed"] is True


def test_who_takes_no_slot_is_not_counted(node: Node) -> None:
    node.start("a", limits=limits(instances=1))
    assert node.start("member", slots=0, limits=limits(instances=1))["changed"] is True
    assert refusal(node, id="b", limits=limits(instances=1)) == [
        "berth: InstancesExceeded: lab/b needs a place, but this node takes 1 at once and runs lab/a;"
        " stop one of them, or place lab/b elsewhere"
    ]


def test_what_is_held_of_cores_and_devices_is_in_the_facts(node: Node) -> None:
    node.start("a", gpus=0.5, devices=[1], cpu_cores=2, slots=0, limits=of_gpus(cores=4))
    node.start("plain")
    a, plain = node("facts")["holdings"]
    assert {key: a[key] for key in ("cpu_cores", "gpus", "devices", "slots")} == {
        "cpu_cores": 2,
        "gpus": 0.5,
        "devices": [1],
        "slots": 0,
    }
    assert sorted(set(a) - set(plain)) == ["cpu_cores", "devices", "gpus", "slots"]


def test_the_program_sees_the_devices_it_was_given_and_no_others(node: Node) -> None:
    names = ("CUDA_DEVICE_ORDER", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
    script = (
        f"import os, time; print([os.environ.get(name) for name in {names}], flush=True); time.sleep(600)"
    )
    env = {"CUDA_VISIBLE_DEVICES": "7"}
    node.start("a", script, gpus=2, devices=[0, 3], env=env, limits=of_gpus(4))
    node.start("b", script, env=env)
    wait_until(lambda: "]" in node.log("a") and "]" in node.log("b"))
    assert "['PCI_BUS_ID', '0,3', '0,3']" in node.log("a")
    assert "[None, '7', None]" in node.log("b")


def test_a_process_that_moves_to_another_device_is_ended_before_the_room_is_needed(node: Node) -> None:
    node.start("a", gpus=0.5, devices=[1], limits=of_gpus())
    kept = {"memory_bytes": 200 * 10**6, "gpu_memory_bytes": 0, "gpus": 0.5}
    node("roster", keep={"a": {**kept, "devices": [1]}}, peers={})
    assert node.status("a")["state"] == "running"
    node("roster", keep={"a": {**kept, "devices": [0]}}, peers={})
    assert node.status("a")["pid"] is None
