"""The node's verbs: a request comes in as a value, one line of JSON goes out on stdout.

A refusal is one line per problem on stderr, `berth: NAME: what is wrong; what to do`, and exit code 1
(2 when the request itself is wrong).
"""

from __future__ import annotations

import errno
import json
import sys
from typing import Any, Callable, Dict

from ending import stop
from errors import BadRequest, NodeError, NodeErrors
from facts import facts
from layout import Layout
from log_reading import logs
from preflight import preflight
from purge import purge
from roster import roster
from starting import start
from status import status

Verb = Callable[[Layout, Dict[str, Any]], Dict[str, Any]]

VERBS: dict[str, Verb] = {
    "facts": facts,
    "preflight": preflight,
    "roster": roster,
    "start": start,
    "stop": stop,
    "status": status,
    "logs": logs,
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
        _refuse([_from_system(failed)])
    else:
        print(json.dumps({"ok": True, **answer}))


def _refuse(problems: list[NodeError]) -> None:
    for problem in problems:
        print("berth: " + " ".join(str(problem).split("\n")), file=sys.stderr)
    sys.exit(max(problem.exit_code for problem in problems))


def _from_system(error: OSError) -> NodeError:
    text = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NodeError("DiskFull", text, "make room on this node, then run the update again")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return NodeError("NotAllowed", text, "give this login the right to, then run the update again")
    return NodeError("SystemError", text, "see what is wrong with this node, then run the update again")
