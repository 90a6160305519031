"""The node's last word: whether an instance may start beside what is already there. Pure."""

from __future__ import annotations

from typing import Callable, Iterable

from admission_of_shares import cores_exceeded, devices_exceeded
from amounts import in_gb
from errors import NodeError
from ledger import Entry
from spec import Limits, Spec


def refusals(stack: str, spec: Spec, limits: Limits, others: Iterable[Entry]) -> list[NodeError]:
    """Every reason why `spec` may not start, naming who holds what. Empty = it may.

    What has no process left (completed, failed, lost with its machine) holds nothing but its log.
    """
    name = f"{stack}/{spec.id}"
    at_once = limits.max_instances
    live = [entry for entry in others if entry.live]
    known = [(entry, entry.spec) for entry in live if entry.spec]
    problems = [_unreadable(name, entry) for entry in live if not entry.spec]
    in_slots = [entry for entry in live if entry.spec is None or entry.spec.slots > 0]
    if spec.slots > 0 and len(in_slots) >= at_once:
        holders = ", ".join(entry.name for entry in in_slots) or "nothing"
        text = f"{name} needs a place, but this node takes {at_once} at once and runs {holders}"
        problems.append(NodeError("InstancesExceeded", text, f"stop one of them, or place {name} elsewhere"))

    def pool(error: str, what: str, limit: int, share: Callable[[Spec], int]) -> None:
        needed = share(spec)
        held = [(entry.name, share(one)) for entry, one in known if share(one)]
        if needed and sum(amount for _, amount in held) + needed > limit:
            holders = ", ".join(f"{holder} {in_gb(amount)}" for holder, amount in held) or "nobody anything"
            text = f"{name} needs {in_gb(needed)} of {what}, but of this node's {in_gb(limit)} hold {holders}"
            problems.append(NodeError(error, text, f"stop something, or place {name} elsewhere"))

    pool("MemoryExceeded", "memory", limits.memory_limit_bytes, lambda one: one.memory_bytes)
    pool("GpuMemoryExceeded", "GPU memory", limits.gpu_memory_limit_bytes, lambda one: one.gpu_memory_bytes)
    problems += cores_exceeded(name, spec, limits, known) + devices_exceeded(name, spec, limits, known)
    problems += [
        NodeError(
            "PortTaken",
            f"{name} needs port {spec.port}, which {entry.name} has",
            "run the update again, whose roster makes room"
            if entry.layout.stack == stack
            else "give one of the stacks other peer ports",
        )
        for entry, one in known
        if spec.held_port is not None and one.held_port == spec.held_port
    ]
    return problems


def _unreadable(name: str, entry: Entry) -> NodeError:
    text = f"{name} may not fit: {entry.name} runs here, but what it holds cannot be read from its spec.json"
    return NodeError("LedgerUnreadable", text, f"stop {entry.name}, then run the update again")
