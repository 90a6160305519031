"""The node's verbs: a request comes in as a value, one line of JSON goes out on stdout.

A refusal is one line per problem on stderr, `berth: NAME: what is wrong; what to do`, and exit code 1
(2 when the request itself is wrong, 70 when this program is).
"""

from __future__ import annotations

import json
import sys
from typing import Any, Callable, Dict

from census import census
from ending import stop
from errors import BadRequest, NodeError, NodeErrors, from_system
from facts import facts
from layout import Layout
from lease import release
from log_following import logs
from preflight import preflight
from purge import purge
from ray_environment import ray_environment, ray_remove
from ray_job import ray_job, ray_job_stop
from ray_joined import ray_joined
from roster import roster
from starting import start
from status import status
from watch import watch

Verb = Callable[[Layout, Dict[str, Any]], Dict[str, Any]]

BUG = 70
"""The exit code of a mistake in this program (EX_SOFTWARE)."""

VERBS: dict[str, Verb] = {
    "facts": facts,
    "preflight": preflight,
    "roster": roster,
    "start": start,
    "stop": stop,
    "status": status,
    "logs": logs,
    "ray-environment": ray_environment,
    "ray-joined": ray_joined,
    "ray-job": ray_job,
    "ray-job-stop": ray_job_stop,
    "ray-remove": ray_remove,
    "census": census,
    "watch": watch,
    "release": release,
    "purge": purge,
}


def main(verb: str, request: dict[str, Any]) -> None:
    """Carries out `verb` and answers. Ends the process when the verb refuses."""
    try:
        if verb not in VERBS:
            raise BadRequest(f"there is no verb {verb}; there are {', '.join(VERBS)}")
        if not isinstance(request.get("owner"), str):
            raise BadRequest("owner must be a text")
        answer = VERBS[verb](Layout.of(request), request)
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
