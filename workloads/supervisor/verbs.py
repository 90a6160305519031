"""The node's verbs: a request comes in as a value, one line of JSON goes out on stdout.

A refusal is one line per problem on stderr, `berth: NAME: what is wrong; what to do`, and exit code 1
(2 when the request itself is wrong, 70 when this program is).
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

from errors import BadRequest, NodeError, NodeErrors, from_system
from layout import Layout

BUG = 70
"""The exit code of a mistake in this program (EX_SOFTWARE)."""

VERBS = {
    "facts": "facts",
    "preflight": "preflight",
    "roster": "roster",
    "start": "starting",
    "stop": "ending",
    "status": "status",
    "logs": "log_following",
    "ray-environment": "ray_environment",
    "ray-joined": "ray_joined",
    "ray-job": "ray_job",
    "ray-job-stop": "ray_job",
    "ray-remove": "ray_environment",
    "census": "census",
    "examine": "examine",
    "watch": "watch",
    "session": "session",
    "release": "lease",
    "checkpoint": "checkpointing",
    "snapshot": "snapshot",
    "purge": "purge",
}
"""The module of each, with a function of the verb's name. Only it is loaded: a node that is asked how it is
would spend most of its time on what it does not need."""


def main(verb: str, request: dict[str, Any]) -> None:
    """Carries out `verb` and answers. Ends the process when the verb refuses."""
    try:
        if verb not in VERBS:
            raise BadRequest(f"there is no verb {verb}; there are {', '.join(VERBS)}")
        if not isinstance(request.get("owner"), str):
            raise BadRequest("owner must be a text")
        carry_out = getattr(import_module(VERBS[verb]), verb.replace("-", "_"))
        answer: dict[str, Any] = carry_out(Layout.of(request), request)
    except NodeErrors as refused:
        _refuse(refused.problems)
    except NodeError as refused:
        _refuse([refused])
    except OSError as failed:
        _refuse([from_system(failed)])
    except Exception as mistake:
        sys.stderr.write(f"berth: {_bug(verb, mistake)}\n")
        sys.exit(BUG)
    else:
        print(json.dumps({"ok": True, **answer}))


def _refuse(problems: list[NodeError]) -> None:
    for problem in problems:
        print("berth: " + " ".join(str(problem).split("\n")), file=sys.stderr)
    sys.exit(max(problem.exit_code for problem in problems))


def _bug(verb: str, mistake: Exception) -> str:
    """Where it happened, without its text: that may hold a value of an instance's `env`."""
    place = mistake.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"line {place.tb_lineno} of {place.tb_frame.f_globals.get('__name__')}" if place else "no place"
    kind = type(mistake).__name__
    return f"Bug: {verb} ended with {kind} in {where}; report it to who maintains Berth"
