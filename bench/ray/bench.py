"""The arena on Ray beside its rivals: latency of a step, memory, and recovery, measured on this computer.

The rivals play the same world in the same run, and their results are compared: one process; two processes
over pipes; one actor per agent. Nodes are raylets of this computer, so two nodes have no more cores than one.
Each part prints a table and a line of JSON. A quiet computer takes 4 minutes, with --quick 2.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from latency import latency
from memory import memory
from one_actor_per_agent import one_actor_per_agent
from recovery import recovery

PARTS: dict[str, Callable[[bool], tuple[str, list[dict[str, Any]], dict[str, Any]]]] = {
    "latency": latency,
    "one-actor-per-agent": one_actor_per_agent,
    "memory": memory,
    "recovery": recovery,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="npm run bench:ray --",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="fewer steps, sizes and faults")
    parser.add_argument("--json", action="store_true", help="no tables, only a line of JSON for each part")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"only these: {', '.join(PARTS)}")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"expected parts of {', '.join(PARTS)}, got {', '.join(sorted(unknown))}")
    for name in arguments.parts or PARTS:
        before = os.getloadavg()[0]
        title, rows, facts = PARTS[name](arguments.quick)
        load = {"load_before": round(before, 1), "load_after": round(os.getloadavg()[0], 1)}
        if not arguments.json:
            print(f"\n{title}\n{computer()}; load average {before:.1f} before, {load['load_after']} after")
            print(table(rows), flush=True)
        line = {"bench": "ray", "part": name, "computer": computer(), **load, **facts, "rows": rows}
        print(json.dumps(line), flush=True)
    return 0


def computer() -> str:
    """Processor, cores and RAM."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return f"{model}, {os.cpu_count()} cores, {ram:.0f} GB"


def table(rows: list[dict[str, Any]]) -> str:
    """Columns named after the keys of the first row."""
    names = list(rows[0])
    cells = [names] + [["" if row.get(name) is None else str(row[name]) for name in names] for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    )


if __name__ == "__main__":
    sys.exit(main())
