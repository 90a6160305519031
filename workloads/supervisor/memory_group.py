"""Memory cgroups, versions 1 and 2: the kernel holds a group of processes to its memory."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from process_tree import PAGE, boot_id


class Files(NamedTuple):
    """What the two versions call the same things."""

    limit: str
    usage: str
    events: str
    hits: tuple[str, str]
    """File and key (none: it holds one number) of how often the limit was reached."""
    inactive: str


FILES = {
    1: Files(
        limit="memory.limit_in_bytes",
        usage="memory.usage_in_bytes",
        events="memory.oom_control",
        hits=("memory.failcnt", ""),
        inactive="total_inactive_file",
    ),
    2: Files(
        limit="memory.max",
        usage="memory.current",
        events="memory.events",
        hits=("memory.events", "oom"),
        inactive="inactive_file",
    ),
}


class MemoryGroup(NamedTuple):
    """One group, by its directory."""

    path: Path
    version: int

    @property
    def files(self) -> Files:
        return FILES[self.version]

    def below(self, name: str) -> MemoryGroup:
        """The group `name` in this one, there or not."""
        return MemoryGroup(self.path / name, self.version)

    def make(self, limit_bytes: int) -> None:
        """Makes it, limited, without swap. Raises OSError where the kernel does not let this login."""
        if self.version == 2:
            (self.path.parent / "cgroup.subtree_control").write_text("+memory")
        self.path.mkdir(exist_ok=True)
        (self.path / self.files.limit).write_text(str(limit_bytes))
        # Not version 1's memsw limit: reached first, it would hide from `hits` which limit it was.
        no_swap = self.path / ("memory.swappiness" if self.version == 1 else "memory.swap.max")
        if no_swap.exists():  # some kernels have no swap at all
            no_swap.write_text("0")
        if self.version == 2:
            with suppress(OSError):  # kernels before 4.19 kill one process; the supervisor ends the others
                (self.path / "memory.oom.group").write_text("1")

    def limit_bytes(self) -> int | None:
        """What the kernel holds it to; None = nothing."""
        written = (self.path / self.files.limit).read_text().strip()
        return None if written == "max" else int(written)

    def enter(self) -> None:
        """Puts the calling process into it, and with it all that it will ever start."""
        (self.path / "cgroup.procs").write_text("0")

    def step_aside(self) -> None:
        """Moves the calling process into a group below, where version 2 wants it to have others."""
        if self.version == 2:
            beside = self.path / "supervisor"
            beside.mkdir(exist_ok=True)
            (beside / "cgroup.procs").write_text("0")

    def processes(self) -> list[int]:
        """Pids of all in it, also deeper down; none when there is no such group."""
        found: list[int] = []
        for directory, _, files in os.walk(self.path):
            if "cgroup.procs" in files:
                with suppress(OSError):
                    found += map(int, (Path(directory) / "cgroup.procs").read_text().split())
        return [pid for pid in found if pid]  # 0 = one of a PID namespace that is not seen from here

    def kills(self) -> tuple[int, int]:
        """How many of its processes the kernel killed for memory, and how often its own limit was reached."""
        file, key = self.files.hits
        return self._numbers(self.files.events).get("oom_kill", 0), self._numbers(file).get(key, 0)

    def working_set_bytes(self) -> int:
        """What it holds, but for files the kernel can drop at once: shared memory and page tables count."""
        inactive = self._numbers("memory.stat").get(self.files.inactive, 0)
        return max(0, int((self.path / self.files.usage).read_text()) - inactive)

    def remove(self, within_s: float = 0) -> None:
        """The empty group goes; no group is fine. Raises OSError when a process is left in it.

        `within_s`: waits so long for one that has been killed: a large one is in it after it counts as ended.
        """
        deadline = time.monotonic() + within_s
        for directory, _, _ in os.walk(self.path, topdown=False):
            while Path(directory).is_dir():
                try:
                    with suppress(FileNotFoundError):
                        os.rmdir(directory)
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)

    def _numbers(self, file: str) -> dict[str, int]:
        """`key number` lines; a lone number has no key. Empty where the kernel has no such file."""
        if not (self.path / file).exists():
            return {}
        lines = (line.split() for line in (self.path / file).read_text().splitlines())
        return {"".join(words[:-1]): int(words[-1]) for words in lines}


def expected_limit(limit_bytes: int) -> int:
    """What the kernel makes of a limit: it counts whole pages."""
    return limit_bytes // PAGE * PAGE


def group_of(process: int | str = "self") -> MemoryGroup | None:
    """The group a process is in; None where no memory cgroup is mounted (or switched on)."""
    lines = (line.split(":", 2) for line in Path(f"/proc/{process}/cgroup").read_text().splitlines())
    paths = {controller: path for _, names, path in lines for controller in names.split(",")}
    for version, controller in ((1, "memory"), (2, "")):
        for root, mounted_at in _mounts(version) if controller in paths else ():
            relative = os.path.relpath(paths[controller], root)
            group = MemoryGroup(Path(os.path.normpath(os.path.join(mounted_at, relative))), version)
            inside = not relative.startswith("..") and group.path.is_dir()
            if inside and (version == 1 or "memory" in _controllers(group)):
                return group
    return None


def recorded_group(state: dict[str, Any]) -> MemoryGroup | None:
    """The group a supervisor wrote down in this boot, there or not; paths of another boot mean nothing."""
    if not isinstance(state.get("group"), str) or state.get("boot_id") != boot_id():
        return None
    path = Path(state["group"])
    return MemoryGroup(path, 2 if (path.parent / "cgroup.controllers").exists() else 1)


def _controllers(group: MemoryGroup) -> list[str]:
    return (group.path / "cgroup.controllers").read_text().split()


def _mounts(version: int) -> list[tuple[str, str]]:
    """Root and place of the mounted hierarchies of this version that could have memory."""
    found = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        place, _, system = line.partition(" - ")
        kind, _, options = system.split(" ", 2)
        if kind == ("cgroup2" if version == 2 else "cgroup") and (
            version == 2 or "memory" in options.split(",")
        ):
            root, mounted_at = place.split(" ")[3:5]
            found.append((root, mounted_at))
    return found
