"""What a person should know about a node, although nothing speaks against using it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

USUAL_PAGE = 4096
CLOCK_TOLERANCE_S = 30


def notes(request: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    """One sentence each. `request` may tell the node's description, and what time it is there (`now`)."""
    said = []
    if facts["limit_by"] != "systemd":
        held = {"cgroup": "in memory cgroups of Berth's own", "sampling": "by looking from time to time"}
        said.append(f"instances are held to their memory {held[facts['limit_by']]}: {facts['limit_why']}")
    described = request.get("node")
    declared = isinstance(described, dict) and described.get("unified_memory") is True
    if declared or _is_tegra():
        said.append(
            "the GPU takes its memory from the RAM, and no limit of an instance sees that: only the floor of"
            " memory_headroom protects the node"
        )
    if facts["page_size"] != USUAL_PAGE:
        said.append(
            f"memory pages of {facts['page_size'] // 1024} KiB: a program built for 4 KiB may refuse to start"
            " (on Raspberry Pi OS kernel=kernel8.img in /boot/firmware/config.txt brings 4 KiB)"
        )
    if not facts["network_namespaces"]:
        said.append(
            "instances with network: isolated are refused: the kernel gives this login no network of its own"
        )
    said += _clock(request.get("now"))
    return said


def _clock(now: Any) -> list[str]:
    if not isinstance(now, (int, float)):
        return []
    ahead = time.time() - now
    if abs(ahead) <= CLOCK_TOLERANCE_S:
        return []
    direction = "ahead of" if ahead > 0 else "behind"
    amount = f"{abs(ahead):.0f} s" if abs(ahead) < 120 else f"{abs(ahead) / 60:.0f} min"
    return [f"its clock is {amount} {direction} the coordinator's; times in its logs are off by that"]


def _is_tegra() -> bool:
    """Whether it is a Jetson, by what its firmware says."""
    compatible = Path("/proc/device-tree/compatible")
    return compatible.exists() and b"nvidia,tegra" in compatible.read_bytes()
