"""A change that fails leaves what ran before: the engine's state keeps the old inputs then."""

from __future__ import annotations

import pytest
from supervised_node import Node, Refused, wait_until
from test_roster import GB, roster, start, states

FAILS = "raise SystemExit(4)"
EARLY = (
    "berth: EarlyExit: lab/a ended with exit code 4 at once; its log ends with: (nothing);"
    " correct the instance, then run the update again"
)
ROLE = "import os, time; print(os.environ['ROLE'], flush=True); time.sleep(600)"


def failure(node: Node, memory: int = GB, script: str = FAILS, **instance: object) -> list[str]:
    with pytest.raises(Refused) as refused:
        start(node, "a", memory, script, settle_s=20, **instance)
    assert refused.value.code == 1
    return refused.value.lines


def test_the_former_version_runs_again_with_its_own_code(node: Node) -> None:
    for version in ("1", "2"):
        (node.stack_dir / "code" / version).mkdir()
    former = {"env": {"ROLE": "judge"}, "code": "1"}
    before = start(node, "a", GB, ROLE, **former)
    wait_until(lambda: node.log("a") == "judge\n")
    (node.stack_dir / "code" / "2").mkdir(exist_ok=True)
    assert failure(node, code="2") == [f"{EARLY}; the former version runs again"]
    after = start(node, "a", GB, ROLE, **former)
    assert (after["changed"], after["pid"] != before["pid"]) == (False, True)
    wait_until(lambda: node.log("a") == "judge\n" * 2)
    assert sorted(node.processes().values()) == [False, True]


def test_a_former_version_that_did_not_run_is_not_tried_again(node: Node) -> None:
    start(node, "a", GB, "print('done')")
    wait_until(lambda: not node.processes())
    assert failure(node) == [EARLY]
    assert (node.log("a"), states(node)) == ("done\n", {})


def test_a_supervisor_that_does_not_start_is_said_with_what_became_of_the_former(node: Node) -> None:
    start(node, "a", GB)
    (node.stack_dir / "supervisor" / "supervise.py").resolve().write_text("raise SystemExit('broken')\n")
    died = (
        "SupervisorDied: the supervisor of lab/a ended before its instance ran; its last words: broken;"
        " run the update again"
    )
    assert failure(node) == [f"berth: {died}; nor does the former version start again: {died}"]
    assert states(node) == {"a": "failed"}


def test_a_former_version_that_was_evicted_for_this_change_runs_again(node: Node) -> None:
    start(node, "a", GB)
    roster(node, a=2 * GB)
    assert failure(node, 2 * GB) == [f"{EARLY}; the former version runs again"]
    assert start(node, "a", GB)["changed"] is False
    assert roster(node, a=GB) == ([], [])  # the edit is taken back: it is there already


def test_an_evicted_former_version_that_no_longer_fits_stays_evicted(node: Node) -> None:
    start(node, "a", 4 * GB)
    roster(node, a=GB)
    start(node, "b", 3 * GB)
    assert failure(node) == [
        f"{EARLY}; the former version stays evicted: MemoryExceeded: lab/a needs 4 GB of memory, but of"
        " this node's 6 GB hold lab/b 3 GB; stop something, or place lab/a elsewhere"
    ]
    assert states(node) == {"a": "evicted", "b": "running"}
    node.stop("b")
    assert roster(node, a=4 * GB) == ([], ["a"])


def test_a_change_that_is_refused_leaves_an_evicted_one_as_it_was(node: Node) -> None:
    start(node, "a", GB)
    roster(node, a=9 * GB)
    assert failure(node, 9 * GB)[0].startswith("berth: MemoryExceeded")
    assert states(node) == {"a": "evicted"}
    assert roster(node, a=GB) == ([], ["a"])
