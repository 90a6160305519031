"""Runs a program on a Ray cluster to its end, once: through the Jobs API of its head, on the head's node."""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Iterator

from atomic_file import read_json
from errors import BadRequest, NodeError
from layout import Layout, checked_name
from ledger import Entry, entries_of
from node_lock import node_lock
from owner import check_owner
from ray_dashboard import Dashboard, Unreachable
from ray_job_run import JobRun
from ray_place import RayPlace
from records import checked, without_nulls

RESULT_BYTES = 64 * 1024
"""A longer result stays in its file."""
STOP_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Job:
    """The `job` of a request. A change of anything but its limits makes it another one, which runs anew."""

    id: str
    cluster: str
    command: list[str]
    timeout_s: float
    """Of all attempts together."""
    attempts: int
    env: dict[str, str] = field(default_factory=dict)
    code: str | None = None

    @property
    def digest(self) -> str:
        asked = {name: one for name, one in asdict(self).items() if name not in ("timeout_s", "attempts")}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:12]


def ray_job(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the job has succeeded, now or before. One that runs is followed; one that had failed runs again.

    Raises RayJobFailed with the end of its log.
    """
    job = _job_of(request.get("job"))
    check_owner(layout, request["owner"])
    place = RayPlace(layout, job.cluster)
    entry = _head(layout, job.cluster)
    if not entry or not entry.spec or not entry.spec.ray:
        name = f"{layout.stack}/{job.id}"
        text = f"job {name} is to run on Ray cluster {job.cluster}, whose head is not on this node"
        raise NodeError("RayHeadMissing", text, "run the update again, which starts it")
    with _alone(place, job.id):
        record = read_json(place.job_file(job.id))
        if record.get("digest") == job.digest and record.get("state") == "succeeded":
            return _answer(layout, job, record, changed=False)
        run = JobRun(layout, job.id, job.digest, Dashboard(place, entry.spec.ray), record)
        run.prepare(_variables(layout, job), job.command, layout.code / job.code if job.code else None)
        run.to_its_end(job.timeout_s, job.attempts, list(job.env.values()))
        return _answer(layout, job, run.record, changed=True)


def ray_job_stop(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: the job does not run and is not known; log and result stay. An unknown one is gone already."""
    given = request.get("job")
    asked = given if isinstance(given, dict) else {}
    id = checked_name(asked.get("id"), "job.id")
    place = RayPlace(layout, checked_name(asked.get("cluster"), "job.cluster"))
    check_owner(layout, request["owner"], lenient=True)
    file = place.job_file(id)
    if not file.exists():
        return {"state": "absent", "changed": False}
    try:
        record = read_json(file)
    except NodeError:
        record = {}
    entry = _head(layout, place.cluster)
    if record.get("state") == "running" and entry and entry.runs and entry.spec and entry.spec.ray:
        # Whoever answers no more runs no job, either.
        with suppress(Unreachable):
            _stop(Dashboard(place, entry.spec.ray), str(record["submission"]))
    # Who follows it sees its end and writes that down: only then is there nothing more to forget.
    with suppress(BlockingIOError), _alone(place, id, STOP_PATIENCE_S):
        pass
    with node_lock(layout.berth, f"ray-job-stop of {layout.stack}/{id}"):
        for path in (file, file.with_suffix(".lock")):
            if path.exists():
                path.unlink()
    return {"state": "absent", "changed": True}


def _stop(dashboard: Dashboard, submission: str) -> None:
    dashboard.stop_job(submission)
    until = time.monotonic() + STOP_PATIENCE_S
    while time.monotonic() < until:
        found = dashboard.job(submission)
        if found is None or found["status"] not in ("PENDING", "RUNNING"):
            return
        time.sleep(0.2)


def _job_of(value: Any) -> Job:
    given = without_nulls(value, "job")
    job = checked(Job, given, "job")
    checked_name(job.id, "job.id")
    checked_name(job.cluster, "job.cluster")
    if job.code is not None:
        checked_name(job.code, "job.code")
    if job.attempts < 1:
        raise BadRequest("job.attempts must be at least 1")
    return job


def _head(layout: Layout, cluster: str) -> Entry | None:
    for entry in entries_of(layout):
        ray = entry.spec.ray if entry.spec else None
        if ray and ray.cluster == cluster and ray.is_head:
            return entry
    return None


def _variables(layout: Layout, job: Job) -> dict[str, str]:
    """What its program, its tasks and actors see besides the member's own."""
    return {
        **job.env,
        "BERTH_STACK": layout.stack,
        "BERTH_JOB": job.id,
        "BERTH_LOG_DIR": str(layout.logs),
        "BERTH_RESULT": str(layout.logs / f"{job.id}.result.json"),
        "BERTH_CHECKPOINT_DIR": str(layout.logs / f"{job.id}.checkpoint"),
    }


def _answer(layout: Layout, job: Job, record: dict[str, Any], changed: bool) -> dict[str, Any]:
    file = layout.logs / f"{job.id}.result.json"
    result, problem = None, None
    try:
        size = file.stat().st_size
        if size > RESULT_BYTES:
            problem = f"the result takes {size} bytes, and at most {RESULT_BYTES} are shown: see {file}"
        else:
            result = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        pass
    except ValueError:
        problem = f"the result is no JSON: see {file}"
    answer = {"state": "succeeded", "attempts": record["attempt"], "ran_s": record["ran_s"], "result": result}
    return {**answer, **({"result_problem": problem} if problem else {}), "changed": changed}


@contextmanager
def _alone(place: RayPlace, job: str, patience_s: float = math.inf) -> Iterator[None]:
    """One command at a time follows a job: one that was cut off may still do so. Raises BlockingIOError."""
    path = place.job_file(job).with_suffix(".lock")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + patience_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        yield
    finally:
        os.close(lock)
