"""One request after another over one connection, from somebody who asks this node again and again.

A line in is a verb and the text of its request, as `load` takes it; a line out is how its process ended. Each
is answered by a process of its own, as if it had come alone: what hangs or breaks takes nothing along. It
ends with its connection, and by itself when it is asked nothing more: the network may have been cut.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from importlib import import_module
from typing import Any

from layout import Layout
from verbs import BUG, VERBS, main

MARGIN_S = 15
"""A request that has not ended so long after its deadline hangs in the kernel: who asked has gone."""


def session(_layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: answers until nothing has been asked for `idle_s` seconds."""
    idle_s = int(request["idle_s"])
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _say({"ok": True})
    while True:
        signal.alarm(idle_s)
        line = sys.stdin.buffer.readline()
        if not line:
            os._exit(0)  # nobody reads an answer of this verb
        verb, text = json.loads(line)
        _say(_ended(verb, json.loads(text)))


def _ended(verb: str, request: dict[str, Any]) -> dict[str, Any]:
    signal.alarm(int(request["deadline_s"]) + MARGIN_S)
    import_module(VERBS[verb])  # here, so that no later process has to
    said = [os.memfd_create(name) for name in ("stdout", "stderr")]
    pid = os.fork()
    if pid == 0:
        _carry_out(verb, request, said)
    status = os.waitpid(pid, 0)[1]
    stdout, stderr = (_text_of(file) for file in said)
    code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
    return {"status": code, "stdout": stdout, "stderr": stderr}


def _carry_out(verb: str, request: dict[str, Any], said: list[int]) -> None:
    code: Any = BUG
    try:
        for descriptor, file in enumerate([os.open(os.devnull, os.O_RDONLY), *said]):
            os.dup2(file, descriptor)
        sys.modules["__main__"].keep_deadline(verb, int(request["deadline_s"]))
        main(verb, request)
        code = 0
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        os._exit(code)


def _text_of(file: int) -> str:
    with open(file, "rb") as whole:
        whole.seek(0)
        return whole.read().decode(errors="replace")


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
