"""One job on its cluster: submitted, followed, submitted again when the cluster was lost under it."""

from __future__ import annotations

import json
import shlex
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Iterable

from atomic_file import write_json
from errors import NodeError
from hidden import hidden
from layout import Layout
from ledger import entries_of
from log_file import LogFile
from log_reading import last_lines
from ray_dashboard import UPLOAD_SECONDS, Dashboard, Unreachable
from ray_package import ray_package
from ray_place import SESSIONS, temporary
from removal import remove_tree

LOOK_S = 0.5
HEAD_PATIENCE_S = 180.0
"""How long a head may take to come back. A cold start takes 20 s on a quiet machine."""
LOG_BYTES, LOG_KEEP = 10 * 1024 * 1024, 3
LINES = 20
CLUSTER_FAULTS = ("JOB_SUPERVISOR_ACTOR_DIED", "JOB_SUPERVISOR_ACTOR_UNKNOWN_FAILURE")
"""What Ray says of a job whose node went away under it."""


class ClusterLost(Exception):
    """The cluster does not know the job any more, or says that it went down under it."""


class JobRun:
    """What is known of it lies in its record, so that another command goes on where one was cut off."""

    def __init__(
        self, layout: Layout, id: str, digest: str, dashboard: Dashboard, record: dict[str, Any]
    ) -> None:
        self.layout, self.id, self.dashboard, self.record = layout, id, dashboard, record
        self.name = f"{layout.stack}/{id}"
        self.file = dashboard.place.job_file(id)
        self.log = LogFile(layout.log_file(id), LOG_BYTES, LOG_KEEP)
        if record.get("digest") != digest:
            self._forget_former()
            self.record = {"digest": digest, "number": record.get("number", 0)}
        self.variables: dict[str, str] = {}
        self.entrypoint = ""
        self.code: Path | None = None

    def prepare(self, variables: dict[str, str], command: list[str], code: Path | None) -> None:
        """What is submitted, and where it writes to. Raises CodeMissing."""
        if code is not None and not code.is_dir():
            text = f"the code of job {self.name} is not in {code}"
            raise NodeError("CodeMissing", text, "run the update again, which copies it")
        self.variables, self.entrypoint, self.code = variables, shlex.join(command), code
        Path(variables["BERTH_CHECKPOINT_DIR"]).mkdir(parents=True, exist_ok=True)

    def to_its_end(self, timeout_s: float, attempts: int, secrets: Iterable[str]) -> None:
        """Returns when it has succeeded. Raises RayJobFailed."""
        if self.record.get("state") != "running":
            self.record.update(attempt=0, began=time.time())
        until = self.record["began"] + timeout_s
        while True:
            try:
                if self.record.get("state") != "running":
                    self._submit(until)
                found = self._follow(until)
            except ClusterLost as lost:
                self._note("cluster lost", attempt=self.record["attempt"], attempts=attempts)
                self._save(state="lost")
                if self.record["attempt"] >= attempts:
                    times = "once" if attempts == 1 else f"{attempts} times"
                    text = f"cluster lost: the job was submitted {times}, and each time {lost}"
                    raise self._failed(text, secrets) from lost
                continue
            if found is None:
                self._save(state="failed")
                raise self._failed(f"did not end within {timeout_s:g} s, and was stopped", secrets)
            if found["status"] == "SUCCEEDED":
                self._save(state="succeeded", ran_s=round(time.time() - self.record["began"], 1))
                return
            self._save(state="failed")
            raise self._failed(_how(found), secrets)

    def _submit(self, until: float) -> None:
        self._await_head(until)
        number, attempt = self.record.get("number", 0) + 1, self.record["attempt"] + 1
        result = Path(self.variables["BERTH_RESULT"])
        if result.exists():
            result.unlink()
        environment: dict[str, Any] = {"env_vars": self.variables}
        if self.code:
            name, archive = ray_package(self.code)
            self._ask("PUT", f"/api/packages/gcs/{name}", archive)
            environment["working_dir"] = f"gcs://{name}"
        submission = f"{self.id}-{self.record['digest']}-{number}"
        # Before it is submitted: a command that is killed meanwhile leaves nothing that nobody follows.
        self._save(
            state="running", submission=submission, number=number, attempt=attempt, copied=0, submitted=False
        )
        self._note("ray job", submission=submission, attempt=attempt)
        request = {"entrypoint": self.entrypoint, "submission_id": submission, "runtime_env": environment}
        self._ask("POST", "/api/jobs/", json.dumps(request).encode())
        self._save(submitted=True)

    def _ask(self, method: str, path: str, body: bytes) -> None:
        """A head that has only just come back has no agent yet: it is asked again for a while."""
        patience = time.monotonic() + UPLOAD_SECONDS
        while True:
            try:
                status, answer = self.dashboard.ask(method, path, body, UPLOAD_SECONDS)
            except Unreachable as gone:
                status, answer = 503, str(gone).encode()
            if status == 200 or b"already exists" in answer:
                return
            if 400 <= status < 500 or time.monotonic() > patience:
                said = " | ".join(answer.decode(errors="replace").splitlines()[-3:])
                self._save(state="failed")
                raise NodeError(
                    "RayJobFailed", f"the cluster takes no job {self.name}: {said}", "see what it says"
                )
            time.sleep(LOOK_S)

    def _follow(self, until: float) -> dict[str, Any] | None:
        """Its end as the cluster tells it; None when it was stopped for want of time. Raises ClusterLost."""
        silent_since = None
        while True:
            try:
                found = self.dashboard.job(self.record["submission"])
                silent_since = None
            except Unreachable as gone:
                silent_since = silent_since or time.monotonic()
                if time.monotonic() - silent_since > HEAD_PATIENCE_S:
                    raise ClusterLost(f"its head did not come back ({gone})") from gone
                if time.time() > until:
                    return None
                time.sleep(LOOK_S)
                continue
            self._copy_log()
            if found is None and self.record["submitted"]:
                raise ClusterLost("its head was started anew and did not know it any more")
            if found is None:  # the command that was to submit it was killed
                self._save(state="lost", attempt=self.record["attempt"] - 1)
                raise ClusterLost("it never got there")
            if found["status"] == "FAILED" and found.get("error_type") in CLUSTER_FAULTS:
                raise ClusterLost(_how(found))
            if found["status"] not in ("PENDING", "RUNNING"):
                return found
            if time.time() > until:
                with suppress(Unreachable):
                    self.dashboard.stop_job(self.record["submission"])
                self._copy_log()
                return None
            time.sleep(LOOK_S)

    def _await_head(self, until: float) -> None:
        patience = time.monotonic() + HEAD_PATIENCE_S
        while True:
            with suppress(Unreachable):
                if self.dashboard.ask("GET", "/api/version")[0] == 200:
                    return
            if time.monotonic() > patience or time.time() > until:
                self._save(state="failed")
                what = f"the dashboard of Ray cluster {self._cluster} does not answer"
                text = f"job {self.name} cannot be submitted: {what}"
                raise NodeError("RayJobFailed", text, "see the log of its head, then run the update again")
            time.sleep(LOOK_S)

    def _copy_log(self) -> None:
        """Moves what its program has written since into the log that stays."""
        with suppress(OSError):
            with open(self._driver_log(), "rb") as file:
                file.seek(self.record["copied"])
                said = file.read()
            if said:
                self.log.write(said)
                self.record["copied"] += len(said)
                write_json(self.file, self.record, durable=False)

    def _driver_log(self) -> Path:
        head = next(
            entry.id
            for entry in entries_of(self.layout)
            if entry.spec
            and entry.spec.ray
            and entry.spec.ray.is_head
            and entry.spec.ray.cluster == self._cluster
        )
        logs = temporary(self.layout, head) / SESSIONS / "session_latest" / "logs"
        return logs / f"job-driver-{self.record['submission']}.log"

    @property
    def _cluster(self) -> str:
        return self.dashboard.place.cluster

    def _forget_former(self) -> None:
        """Another job had this name: it ends, and its checkpoint is none of this one's."""
        if self.record.get("state") == "running":
            with suppress(Unreachable):
                self.dashboard.stop_job(self.record["submission"])
        checkpoint = self.layout.logs / f"{self.id}.checkpoint"
        if checkpoint.is_dir():
            remove_tree(checkpoint)

    def _note(self, what: str, **facts: Any) -> None:
        self.log.write(f"{json.dumps({'berth': what, **facts})}\n".encode())

    def _save(self, **facts: Any) -> None:
        self.record.update(facts)
        write_json(self.file, self.record)

    def _failed(self, how: str, secrets: Iterable[str]) -> NodeError:
        lines = [line for line in last_lines(self.layout.log_file(self.id), LINES) if line.strip()]
        said = hidden(" | ".join(lines) or "(nothing)", secrets)
        text = f"job {self.name} {how}; its log ends with: {said}"
        return NodeError("RayJobFailed", text, "correct the job, then run the update again")


def _how(found: dict[str, Any]) -> str:
    code = found.get("driver_exit_code")
    if found["status"] == "STOPPED":
        return "was stopped by somebody else"
    if code is not None:
        return f"ended with exit code {code}"
    first = str(found.get("message") or "no reason is told").splitlines()[0]
    return f"failed: {first}"
