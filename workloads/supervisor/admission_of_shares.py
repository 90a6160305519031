"""Whether the cores and GPUs that an instance was given are free. Pure."""

from __future__ import annotations

from typing import Callable, List, Tuple

from amounts import in_gb
from errors import NodeError
from ledger import Entry
from spec import Limits, Spec

Known = List[Tuple[Entry, Spec]]
WHOLE = 1000
"""Thousandths of a GPU or a core."""


def cores_exceeded(name: str, spec: Spec, limits: Limits, known: Known) -> list[NodeError]:
    """The cores of a node that says how many it has."""
    if limits.cpu_cores is None or spec.cpu_cores == 0:
        return []
    held = [(entry.name, one.cpu_cores) for entry, one in known if one.cpu_cores]
    if _milli(sum(cores for _, cores in held) + spec.cpu_cores) <= _milli(limits.cpu_cores):
        return []
    holders = ", ".join(f"{holder} {_cores(cores)}" for holder, cores in held) or "nobody any"
    text = (
        f"{name} needs {_cores(spec.cpu_cores)}, but of this node's {_cores(limits.cpu_cores)} hold {holders}"
    )
    return [NodeError("CpuExceeded", text, f"stop something, or place {name} elsewhere")]


def devices_exceeded(name: str, spec: Spec, limits: Limits, known: Known) -> list[NodeError]:
    """Each of its devices: the share of it, then its memory."""
    problems = []
    for device in spec.devices:
        here = [(entry.name, one) for entry, one in known if device in devices_of(one)]
        if device >= limits.gpus:
            text = f"{name} needs GPU {device}, but this node has {limits.gpus}, counted from 0"
            problems.append(NodeError("GpuExceeded", text, "correct gpus in the cluster file"))
        elif share_of(spec) + sum(share_of(one) for _, one in here) > WHOLE:
            text = f"{name} needs {_share(spec)} GPU {device}, which is held by {_holders(here, _share_held)}"
            problems.append(NodeError("GpuExceeded", text, f"stop something, or place {name} elsewhere"))
        needed, limit = memory_of(spec), limits.gpu_memory_limit_bytes // limits.gpus
        if limits.gpus > 1 and needed and needed + sum(memory_of(one) for _, one in here) > limit:
            holders = _holders([(who, one) for who, one in here if memory_of(one)], _memory_held)
            text = f"{name} needs {in_gb(needed)} of GPU {device}, but of its {in_gb(limit)} hold {holders}"
            problems.append(
                NodeError("GpuMemoryExceeded", text, f"stop something, or place {name} elsewhere")
            )
    return problems


def devices_of(spec: Spec) -> list[int]:
    """Who was given none by index and takes GPU memory is on the first."""
    return spec.devices or ([0] if spec.gpu_memory_bytes else [])


def share_of(spec: Spec) -> int:
    """Thousandths of each device. Who says nothing of its share counts as one: so a whole one is alone."""
    return WHOLE if spec.gpus >= 1 else max(1, _milli(spec.gpus))


def memory_of(spec: Spec) -> int:
    """GPU memory on each device."""
    return spec.gpu_memory_bytes // max(1, len(devices_of(spec)))


def _milli(amount: float) -> int:
    return round(amount * WHOLE)


def _cores(cores: float) -> str:
    return f"{cores:g} {'core' if cores == 1 else 'cores'}"


def _share(spec: Spec) -> str:
    if spec.gpus >= 1:
        return "the whole of"
    return f"{spec.gpus:g} of" if spec.gpus else "a part of"


def _share_held(spec: Spec) -> str:
    return "whole" if spec.gpus >= 1 else f"{spec.gpus:g} of it" if spec.gpus else "a part of it"


def _memory_held(spec: Spec) -> str:
    return in_gb(memory_of(spec))


def _holders(here: list[tuple[str, Spec]], amount: Callable[[Spec], str]) -> str:
    return ", ".join(f"{holder} ({amount(one)})" for holder, one in here) or "nobody"
