"""Ends instances, whatever state they are in, and forgets them."""

from __future__ import annotations

from typing import Any

from atomic_file import read_json
from errors import NodeError
from layout import Layout, instance_of
from ledger import entries_of
from memory_group import MemoryGroup, group_of, recorded_group
from node_lock import node_lock
from owner import check_owner
from process_tree import Process, boot_id, stat
from ray_traces import clear_all_traces, clear_traces
from removal import remove_tree
from strays import end_all, still_alive, tagged, untagged
from units import end_units

DEFAULT_GRACE_S = 10.0
SUPERVISOR_GRACE_S = 3.0
"""What a supervisor gets on top of its instance's grace before it is taken for hung."""
GROUP_S = 10.0
"""What the kernel gets to let go of a group after its processes were killed."""


def stop(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the instance is gone afterwards, its whole tree and its entry. An unknown one is gone already."""
    instance = instance_of(request)
    with node_lock(layout.berth, f"stop of {layout.stack}/{instance}"):
        check_owner(layout, request["owner"], lenient=True)
        known = layout.instance_dir(instance).exists()
        ended = end_instances(layout, [instance])
        return {"state": "absent", "changed": known or ended > 0}


def end_instances(layout: Layout, instances: list[str], everything: bool = False, forget: bool = True) -> int:
    """Ends these instances' processes (`everything`: the stack's); says how many.

    First the supervisors, which end their own trees; then what a supervisor that was killed has left behind.
    `forget`: their entries go as well.
    """
    tags = {layout.tag(instance) for instance in instances}
    specs = [entry.spec for entry in entries_of(layout) if entry.id in instances and entry.spec]
    grace_s = max((spec.stop_grace_s for spec in specs), default=DEFAULT_GRACE_S)
    ending_s = max((spec.ending_s for spec in specs), default=DEFAULT_GRACE_S)

    def ours(supervisors_only: bool) -> list[Process]:
        wanted = (found for found in tagged(layout.stack_dir) if everything or found.tag in tags)
        return [found.process for found in wanted if found.supervisor or not supervisors_only]

    groups = _groups(layout, instances, everything)
    members = [process for instance in instances for process in _members(layout, instance)]

    def left_behind() -> set[Process]:
        in_groups = (stat(pid) for group in groups for pid in group.processes())
        return {
            *ours(supervisors_only=False),
            *still_alive(members),
            *untagged(layout.stack_dir),
            *still_alive(one.process for one in in_groups if one),
        }

    ended = end_all(lambda: ours(supervisors_only=True), ending_s + SUPERVISOR_GRACE_S)
    ended += end_all(left_behind, grace_s)
    for unit in [layout.unit("*")] if everything else map(layout.unit, instances):
        end_units(f"{unit}.service")
    for group in groups:
        group.remove(within_s=GROUP_S)
    for instance in instances:
        clear_traces(layout, instance)
    if everything:
        clear_all_traces(layout)
    for instance in instances if forget else ():
        if layout.instance_dir(instance).exists():
            remove_tree(layout.instance_dir(instance))
    return ended


def _members(layout: Layout, instance: str) -> list[Process]:
    """The tree as a supervisor saw it last; empty after a reboot."""
    try:
        recorded = read_json(layout.members_file(instance))
    except NodeError:
        return []
    members = recorded.get("members", []) if recorded.get("boot_id") == boot_id() else []
    return [Process(*member) for member in members]


def _groups(layout: Layout, instances: list[str], everything: bool) -> set[MemoryGroup]:
    """These instances' memory groups: where they would be made now, and where their supervisors made them."""
    own = group_of()
    found = {own.below(layout.unit(instance)) for instance in instances} if own else set()
    if own and everything:
        found |= {own.below(path.name) for path in own.path.glob(layout.unit("*"))}
    for entry in entries_of(layout):
        recorded = recorded_group(entry.state) if entry.id in instances else None
        if recorded and recorded.path.name == layout.unit(entry.id):
            # systemd leaves a unit's own group behind when a process not its own was in it as the unit ended.
            unit = recorded.path.parent
            of_unit = unit.name == f"{recorded.path.name}.service"
            found.add(recorded._replace(path=unit) if of_unit else recorded)
    return {group for group in found if group.path.is_dir()}
