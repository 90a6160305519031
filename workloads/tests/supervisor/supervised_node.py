"""A node as a coordinator sees it: verbs run as SSH would run them, on real files and processes.

Not proved here: sshd itself, another user's login, a reboot (a changed boot id stands for it), NFS.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

SUPERVISOR = Path(__file__).parents[2] / "supervisor"
sys.path.insert(0, str(SUPERVISOR))
from layout import Layout  # noqa: E402  (of the node's program, found above)

PROGRAM = {
    path.name: path.read_text() for path in sorted(SUPERVISOR.glob("*.py")) if path.name != "loader.py"
}
OWNER = "ann@desk:/home/ann/lab#1"
PYTHON = os.environ.get("BERTH_TEST_PYTHON", sys.executable)


class Refused(Exception):
    """A verb that ended with an error; `lines` is its stderr."""

    def __init__(self, code: int, lines: list[str]) -> None:
        super().__init__(f"exit {code}: " + "\n".join(lines))
        self.code, self.lines = code, lines


class Node:
    """One work directory, used by one stack; `beside` gives another stack on the same node."""

    def __init__(self, work_dir: Path, stack: str = "lab") -> None:
        self.work_dir, self.stack = work_dir, stack
        self.environment = {**os.environ}
        self.python = PYTHON
        self.prefix: list[str] = []
        """What runs every verb, as another user or in other namespaces."""

    def beside(self, stack: str) -> Node:
        other = Node(self.work_dir, stack)
        other.environment, other.prefix, other.python = self.environment, self.prefix, self.python
        return other

    @property
    def stack_dir(self) -> Path:
        return self.work_dir / ".berth" / self.stack

    def popen(self, verb: str, **fields: Any) -> subprocess.Popen[str]:
        """The verb under way."""
        common = {"work_dir": str(self.work_dir), "stack": self.stack, "owner": OWNER, "deadline_s": 30}
        request = json.dumps(json.dumps({**common, **fields}))
        process = subprocess.Popen(
            [*self.prefix, self.python, "-I", "-S", "-", verb],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
        )
        assert process.stdin
        process.stdin.write(f"{(SUPERVISOR / 'loader.py').read_text()}\nload({request})\n")
        process.stdin.close()
        process.stdin = None
        return process

    def __call__(self, verb: str, **fields: Any) -> dict[str, Any]:
        """The verb's answer; raises Refused. It must have let go of its pipes, as SSH waits for that."""
        process = self.popen(verb, **fields)
        return finished(process, 10 + fields.get("deadline_s", 30))

    def preflight(self, **fields: Any) -> dict[str, Any]:
        request = {"owner": OWNER, "program": PROGRAM, "node": {"name": "rpi1", "ram_bytes": 1}, **fields}
        return self("preflight", **request)

    def start(self, id: str = "a", script: str = "", **instance: Any) -> dict[str, Any]:
        """Starts a Python script (by default one that does nothing for long)."""
        return self("start", **self.start_request(id, script, **instance))

    def start_request(
        self, id: str = "a", script: str = "", limits: Any = None, **instance: Any
    ) -> dict[str, Any]:
        restart = {"policy": "on-failure", "attempts": 2, "interval_s": 600, "backoff_s": 0.1}
        return {
            "instance": {
                "id": id,
                "command": [sys.executable, "-c", script or "import time; time.sleep(600)"],
                "env": {},
                "memory_bytes": 200 * 10**6,
                "gpu_memory_bytes": 0,
                "network": "open",
                "restart": restart,
                "stop_grace_s": 1,
                "settle_s": 0.2,
                **instance,
            },
            "node": limits or {"memory_limit_bytes": 10**9, "gpu_memory_limit_bytes": 0, "max_instances": 4},
        }

    def stop(self, id: str = "a") -> dict[str, Any]:
        return self("stop", instance={"id": id})

    def status(self, id: str = "a") -> dict[str, Any]:
        return next(one for one in self("status")["instances"] if one["id"] == id)

    def purge(self, purge: bool = False) -> dict[str, Any]:
        return self("purge", program=PROGRAM, purge=purge)

    def state(self, id: str = "a") -> dict[str, Any]:
        """What the supervisor wrote last."""
        path = self.stack_dir / "instances" / id / "state.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def log(self, id: str = "a") -> str:
        return (self.work_dir / "logs" / self.stack / f"{id}.log").read_text()

    def processes(self, id: str = "") -> dict[int, bool]:
        """Live processes that carry the tag of an instance: pid, and whether it is a supervisor."""
        found = {}
        for pid, environment in all_environments():
            tag = environment.get("BERTH_TAG", "")
            if tag.startswith(f"{self.stack_dir}/{id}"):
                found[pid] = environment.get("BERTH_ROLE") == "supervisor"
        return found

    def supervisor(self, id: str = "") -> int:
        return next(pid for pid, supervises in self.processes(id).items() if supervises)


def finished(process: subprocess.Popen[str], seconds: float = 40) -> dict[str, Any]:
    """The answer of a verb under way; raises Refused."""
    out, err = process.communicate(timeout=seconds)
    if process.returncode:
        raise Refused(process.returncode, err.splitlines())
    assert err == ""
    answer = json.loads(out)
    assert isinstance(answer, dict) and answer.pop("ok") is True
    return answer


def all_environments() -> Iterator[tuple[int, dict[str, str]]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            yield int(entry.name), dict(line.partition("=")[::2] for line in text.split("\0"))


def everything(tmp_path: Path) -> Iterator[int]:
    """Processes that a test has started: their variables, command line or directory name the test's own."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with suppress(OSError):
                texts = [
                    (entry / file).read_bytes().decode(errors="replace") for file in ("environ", "cmdline")
                ]
                if any(str(tmp_path) in text for text in (*texts, os.readlink(entry / "cwd"))):
                    yield int(entry.name)


def groups(node: Node) -> list[Path]:
    """Memory cgroups that instances of this stack have, or have left."""
    unit = Layout(node.work_dir, node.stack).unit("*")
    return list(Path("/sys/fs/cgroup").rglob(unit))


def wait_until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true value of `holds`."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = holds()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


def running(pid: int) -> bool:
    """Whether it runs; what is only an exit status nobody asked for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
