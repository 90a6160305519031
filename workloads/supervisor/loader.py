"""The first lines that run on a node: `python3 -I - VERB` reads this file on stdin, with one call of `load` appended.

The request carries the supervisor itself (`program`) where it may not be installed yet; otherwise the installed one is used.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile

FINE_WITHOUT = ("stop", "roster", "purge", "status")


def load(text: str) -> None:
    """Runs the verb in argv with the request in `text` (JSON); ends the process when `deadline_s` seconds have passed."""
    verb, request = sys.argv[1], json.loads(text)
    stack = os.path.join(os.path.expanduser(request["work_dir"]), ".berth", request["stack"])
    directory, temporary = os.path.join(stack, "supervisor"), None
    if "program" in request:
        directory = temporary = tempfile.mkdtemp(prefix="berth-")
        for name, source in request["program"].items():
            with open(os.path.join(temporary, name), "w", encoding="utf-8") as file:
                file.write(source)

    def late(_signal: int, _frame: object) -> None:
        sys.stderr.write(f"berth: DeadlineExceeded: {verb} took longer than {request['deadline_s']} s; run the update again\n")
        sys.stderr.flush()
        shutil.rmtree(temporary or "", ignore_errors=True)
        os._exit(1)

    signal.signal(signal.SIGALRM, late)
    signal.alarm(int(request["deadline_s"]))
    try:
        if os.path.isdir(directory):
            sys.dont_write_bytecode = True
            sys.path.insert(0, directory)
            import verbs

            verbs.main(verb, request)
        elif verb in FINE_WITHOUT:
            print(json.dumps({"ok": True, "state": "absent"}))
        else:
            sys.exit(f"berth: NotInstalled: {stack} has no supervisor; run  pulumi up --replace  on the node's preflight")
    finally:
        shutil.rmtree(temporary or "", ignore_errors=True)
