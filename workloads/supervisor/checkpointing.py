"""What an instance writes before it is ended, to go on from: here, or on the node that it moves to.

It lies in a folder of the instance's own, `BERTH_CHECKPOINT_DIR`, which no stop removes. A move carries the
folder: `look` at it on the node that was left, `take` it where it arrived, `forget` it on the first.
"""

from __future__ import annotations

import hashlib
import os
import signal
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atomic_file import read_json
from errors import BadRequest, NodeError
from layout import Layout, instance_of
from node_lock import node_lock
from owner import check_owner
from records import checked
from removal import remove_tree

SIGNALS = ("SIGUSR1", "SIGUSR2", "SIGINT", "SIGHUP")


@dataclass(frozen=True)
class Checkpoint:
    """How an instance is asked: by a signal, at which it writes and ends, or by a command that writes."""

    timeout_s: float
    """What takes longer is ended as it is."""
    signal: str = "SIGUSR1"
    command: list[str] | None = None


def checkpoint_of(given: Any) -> Checkpoint | None:
    """The `checkpoint` of an instance, checked. Raises BadRequest."""
    if given is None:
        return None
    asked = checked(Checkpoint, given, "instance.checkpoint")
    if asked.signal not in SIGNALS:
        raise BadRequest(f"instance.checkpoint.signal must be one of {', '.join(SIGNALS)}")
    return asked


def signal_number(asked: Checkpoint) -> int:
    """The number of the signal here."""
    return signal.Signals[asked.signal].value


def outcome_of(asked: Checkpoint, status: int | None) -> str:
    """How the asking ended: `status` of the instance, or of its command, from `waitpid`; None: it goes on."""
    if status is None:
        return "late"
    if asked.command is not None:
        return "failed" if status else "written"
    return "unheard" if status == signal_number(asked) else "written"


def checkpoint(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: `step` look, take or forget, each an *ensure*.

    `take` puts what arrived in the folder's place if it has the `digest` of what was sent; without a digest
    there is nothing to take, and what an earlier stay left here goes.
    """
    instance, step = instance_of(request), request.get("step")
    if step not in STEPS:
        raise BadRequest(f"step must be one of {', '.join(STEPS)}, got {step!r}")
    lock = node_lock(layout.berth, f"checkpoint of {layout.stack}/{instance}")
    with lock if layout.berth.is_dir() else nullcontext():
        if not layout.stack_dir.is_dir():
            return {"there": False}
        check_owner(layout, request["owner"], lenient=True)
        return STEPS[step](layout, instance, request.get("digest"))


def _look(layout: Layout, instance: str, _digest: Any) -> dict[str, Any]:
    files, size, digest = _contents(layout.checkpoint_dir(instance))
    written = read_json(layout.checkpoint_file(instance)).get("outcome")
    return {"there": files > 0, "files": files, "bytes": size, "digest": digest, "outcome": written}


def _take(layout: Layout, instance: str, digest: Any) -> dict[str, Any]:
    place = layout.checkpoint_dir(instance)
    arrived = layout.checkpoint_arrival(instance)
    if digest is None:
        return _forget(layout, instance, None)
    if arrived.is_dir():
        if _contents(arrived)[2] != digest:
            text = f"the checkpoint of {layout.stack}/{instance} did not arrive as it was sent"
            raise NodeError("CheckpointDamaged", text, "run the update again, which carries it again")
        _remove(place)
        os.rename(arrived, place)
    elif _contents(place)[2] != digest:
        text = f"the checkpoint of {layout.stack}/{instance} has not arrived"
        raise NodeError("CheckpointMissing", text, "run the update again, which carries it again")
    return {"there": True}


def _forget(layout: Layout, instance: str, _digest: Any) -> dict[str, Any]:
    for left in (layout.checkpoint_dir(instance), layout.checkpoint_arrival(instance)):
        _remove(left)
    if layout.checkpoint_file(instance).exists():
        layout.checkpoint_file(instance).unlink()
    return {"there": False}


STEPS = {"look": _look, "take": _take, "forget": _forget}


def _remove(folder: Path) -> None:
    if folder.is_symlink():
        folder.unlink()  # where it leads to is the program's
    elif folder.is_dir():
        remove_tree(folder)


def _contents(folder: Path) -> tuple[int, int, str]:
    """How many files, their bytes, and a digest of names and contents. Pipes and sockets do not go along."""
    files, size, digest = 0, 0, hashlib.sha256()
    for directory, folders, names in os.walk(folder):
        folders.sort()
        links = [name for name in folders if os.path.islink(os.path.join(directory, name))]
        for name in sorted([*names, *links]):
            path = os.path.join(directory, name)
            if not os.path.islink(path) and not os.path.isfile(path):
                continue
            what = _digest_of(path)
            digest.update(f"{os.path.relpath(path, folder)}\0{what}\0".encode("utf-8", "surrogateescape"))
            files, size = files + 1, size + os.lstat(path).st_size
    return files, size, digest.hexdigest()


def _digest_of(path: str) -> str:
    if os.path.islink(path):
        return "-> " + os.readlink(path)
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()
