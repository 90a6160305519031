"""The supervisor of one instance: keeps it running, ends it for sure, keeps its log, holds it to its memory.

Program: `python3 -sE supervise.py WORK_DIR STACK INSTANCE`, started by the verb `start` or by systemd for
it, on its own afterwards. It is a child subreaper: whatever the experiment starts stays below it, so that
nothing escapes by a double fork, setsid or an empty environment.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Callable

from atomic_file import read_json, write_json
from checkpointing import outcome_of, signal_number
from errors import NodeError, from_system
from exit_record import exit_record
from isolation import isolate
from layout import Layout
from lease import LOOK_S, Lease
from log_file import LogFile
from memory_limit import GroupLimit, SampledLimit, memory_limit
from memory_watch import WATCH_S, MemoryWatch
from process_tree import Process, boot_id, descendants, send
from ray_traces import clear_traces
from ready import Ready
from spawn import PR_SET_CHILD_SUBREAPER, prctl, spawn
from spec import Spec, spec_of
from watchdog import Watchdog


class Supervisor:
    """One instance's life. All waiting happens in `_wait`, which also keeps the log flowing."""

    def __init__(
        self,
        layout: Layout,
        spec: Spec,
        environment: dict[str, str],
        limit: SampledLimit | GroupLimit,
        ready: Ready,
    ) -> None:
        self.layout, self.spec, self.limit, self.ready = layout, spec, limit, ready
        self.environment = spec.environment(layout, environment)
        self.watchdog = Watchdog(layout, spec.id)
        self.memory = MemoryWatch(layout, spec, limit, self.watchdog)
        self.lease = Lease(layout)
        self.log = LogFile(layout.log_file(spec.id), spec.log_max_bytes, spec.log_keep)
        self.state: dict[str, Any] = {
            "state": "starting",
            "pid": None,
            "restarts": 0,
            "exit": None,
            "boot_id": boot_id(),
            "limit_by": limit.limit_by,
            "group": limit.place,
            "keeps_lease": True,
        }
        self.saved: dict[str, Any] = {}
        self.stopping = False
        self.child = 0
        self.status: int | None = None
        self.helper = 0
        self.helper_status: int | None = None
        self.output, self.input = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.wakeup, notify = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(self.input, True)  # who writes faster than the disk waits
        signal.set_wakeup_fd(notify, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._stop)
        prctl(PR_SET_CHILD_SUBREAPER, 1)

    def run(self) -> None:
        """Returns when the instance is completed, failed or stopped, and nothing of it runs any more."""
        self._save()
        restarted: list[float] = []
        while self._is_leased():
            ended = self._run_once()
            now = time.monotonic()
            restarted = [at for at in restarted if now - at < self.spec.restart.interval_s]
            outcome = self._outcome(ended, len(restarted))
            goes_on = outcome in ("backoff", "fenced")
            if not goes_on:
                self._clear()
            self._record(outcome, pid=None, exit=ended)
            self.ready.tell(self.state)
            if not goes_on:
                return
            if outcome == "backoff" and self._pause(len(restarted)):
                restarted.append(time.monotonic())
                self.state["restarts"] += 1
        self._clear()
        self._record("stopped")

    def _is_leased(self) -> bool:
        """Waits while the lease is over, until it is renewed or there is none; False when told to stop."""
        while self.lease.is_over() and not self.stopping:
            if self.state["state"] != "fenced":
                self._record("fenced")
            self._wait(LOOK_S)
        return not self.stopping

    def _run_once(self) -> dict[str, Any]:
        self.status, reason = None, ""
        self.memory.begin()
        started = time.monotonic()
        self.limit.begin()
        enter = [self.limit.enter, *([isolate] if self.spec.network == "isolated" else [])]
        directory = self.spec.directory(self.layout)
        self.child = spawn(self.spec.program(self.layout), directory, self.environment, self.input, enter)
        self._record("running", pid=self.child)
        while self._reap() and self.status is None and not self.stopping:
            settling_s = started + self.spec.settle_s - time.monotonic() if self.ready.awaited else WATCH_S
            if settling_s <= 0:
                self.ready.tell(self.state)
            reason = "fenced" if self.lease.is_over() else self.memory.verdict()
            if reason:
                break
            self._wait(min(self.memory.next_look - time.monotonic(), settling_s, LOOK_S))
        if self.status is None and self.stopping:
            reason = "stopped"
            self._ask_for_checkpoint(enter)
        elif self.status and self.limit.exceeded([]):
            reason = "memory-limit"
        ran_s = time.monotonic() - started
        self._end_tree(self._grace_s(reason))
        return exit_record(self.status or 0, reason, ran_s)

    def _grace_s(self, reason: str) -> float:
        if reason in ("memory-limit", "node-memory-floor"):
            return 0
        # From the lease's end on, also where the machine stood still meanwhile: it may run elsewhere by now.
        late_s = max(0, -self.lease.left_s()) if reason == "fenced" else 0
        return max(0, self.spec.stop_grace_s - late_s)

    def _ask_for_checkpoint(self, enter: list[Callable[[], None]]) -> None:
        """Before it is ended: it writes what it goes on from. It ends by itself when asked by a signal."""
        asked, began = self.spec.checkpoint, time.monotonic()
        if asked is None:
            return
        self.helper_status = None
        if asked.command is None:
            os.kill(self.child, signal_number(asked))  # not reaped yet, so the number is still its own
        else:
            directory = self.spec.directory(self.layout)
            self.helper = spawn(asked.command, directory, self.environment, self.input, enter)
        until = began + asked.timeout_s
        while self._reap() and self.status is None and self.helper_status is None:
            if time.monotonic() >= until:
                break
            self._wait(until - time.monotonic())
        answer = self.status if asked.command is None else self.helper_status
        seconds = round(time.monotonic() - began, 3)
        record = {"outcome": outcome_of(asked, answer), "seconds": seconds, "at": int(time.time())}
        with suppress(OSError):  # a full disk: the files themselves tell
            write_json(self.layout.checkpoint_file(self.spec.id), record)

    def _clear(self) -> None:
        """After the last run, when nothing is left of the tree."""
        self.limit.end()
        with suppress(OSError):  # a stop tries again
            clear_traces(self.layout, self.spec.id)

    def _outcome(self, ended: dict[str, Any], restarts: int) -> str:
        if ended["code"] == 0 and ended["reason"] == "exit":
            return "completed"
        if self.stopping:
            return "stopped"
        if ended["reason"] == "fenced":
            return "fenced"
        restart, early = self.spec.restart, self.ready.awaited
        return "failed" if early or restart.policy == "never" or restarts >= restart.attempts else "backoff"

    def _pause(self, restarts: int) -> bool:
        """Before it runs again; False when told to stop."""
        restart = self.spec.restart
        until = time.monotonic() + min(restart.backoff_s * 2 ** min(restarts, 30), restart.max_backoff_s)
        while time.monotonic() < until and not self.stopping:
            self._wait(until - time.monotonic())
        while self.watchdog.is_low() and not self.stopping:
            self._wait(WATCH_S)
        return not self.stopping

    def _end_tree(self, grace_s: float) -> None:
        """SIGTERM, after the grace SIGKILL, until no child is left: for a subreaper, no descendant."""
        asked: set[Process] = set()
        kill_at = time.monotonic() + grace_s
        while self._reap():
            late = time.monotonic() >= kill_at
            for one in descendants(os.getpid()):
                if late or one.process not in asked:
                    send(one.process, signal.SIGKILL if late else signal.SIGTERM)
                asked.add(one.process)
            self._wait(0.05)
        self._pump()

    def _reap(self) -> bool:
        """Takes the exit status of whatever ended; False when no child is left."""
        try:
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return True
                if pid == self.child:
                    self.child, self.status = 0, status
                elif pid == self.helper:
                    self.helper, self.helper_status = 0, status
        except ChildProcessError:
            return False

    def _record(self, state: str, **facts: Any) -> None:
        self.state.update(state=state, **facts)
        self._save()

    def _save(self) -> None:
        with suppress(OSError):  # a full disk is no reason to stop; `_wait` tries again
            write_json(self.layout.state_file(self.spec.id), self.state)
            self.saved = dict(self.state)

    def _wait(self, seconds: float) -> None:
        readable, _, _ = select.select([self.output, self.wakeup], [], [], max(0.0, seconds))
        if self.wakeup in readable:
            os.read(self.wakeup, 4096)
        if self.output in readable:
            self._pump()
        elif self.saved != self.state:
            self._save()

    def _pump(self) -> None:
        """Moves what the experiment wrote into its log."""
        try:
            for _ in range(64):
                self.log.write(os.read(self.output, 65536))
        except BlockingIOError:
            pass

    def _stop(self, _signal: int, _frame: Any) -> None:
        self.stopping = True


def main(work_dir: str, stack: str, instance: str) -> None:
    """Supervises one instance until its end; at once over when another process does so already."""
    layout = Layout(Path(work_dir), stack)
    ready = Ready(layout.ready_pipe(instance))
    place = os.open(layout.instance_dir(instance), os.O_RDONLY | os.O_CLOEXEC)
    fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    spec = spec_of(read_json(layout.spec_file(instance))["spec"])
    given = read_json(layout.launch_file(instance))
    layout.launch_file(instance).unlink()
    try:
        limit = memory_limit(given["limit_by"], layout.unit(instance), spec.memory_bytes)
    except (NodeError, OSError) as refused:
        problem = refused if isinstance(refused, NodeError) else from_system(refused)
        ready.tell({"state": "refused", "refusal": problem.parts})
        return
    Supervisor(layout, spec, given["environment"], limit, ready).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
