"""The first lines that run on a node: `python3 -I -S - VERB` reads them on stdin, a call of `load` appended.

Without the `site` module, which only costs time: nothing here needs a package of the node's.

The supervisor itself (`program`) comes along where it may not be installed yet; otherwise the
installed one is used. A program that came along is imported from memory: a killed command leaves nothing.
No `annotations` from the future here: an old Python must get far enough to say that it is too old.
"""

import json
import os
import signal
import sys
from importlib.machinery import ModuleSpec
from typing import Any, Dict, Optional

OLDEST_PYTHON = (3, 8)
ANEW = "set the node up anew with the node's preflight: pulumi up --replace '**::<node>-preflight'"
FINE_WITHOUT = ("stop", "roster", "purge", "status", "ray-job-stop", "ray-remove", "release")


class ProgramImporter:
    """Imports the modules of a program that came as text by file name.

    Not derived from the classes of importlib.abc: they alone would take a node as long as all the rest.
    """

    def __init__(self, program: Dict[str, str]) -> None:
        self.program = program

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Optional[ModuleSpec]:
        """Python's hook: answers for the program's own modules and for no other."""
        loader: Any = self
        return ModuleSpec(name, loader) if name + ".py" in self.program else None

    def create_module(self, spec: ModuleSpec) -> None:
        """Python's hook: an ordinary module will do."""

    def exec_module(self, module: Any) -> None:
        """Python's hook: runs the module's text."""
        name = module.__name__
        exec(compile(self.program[name + ".py"], name + ".py", "exec", dont_inherit=True), module.__dict__)


def refuse(problem: str) -> None:
    """Ends the command with one line on stderr."""
    sys.stderr.write("berth: " + problem + "\n")
    sys.stderr.flush()
    os._exit(1)


def keep_deadline(verb: str, seconds: int) -> None:
    """Refuses so many seconds from now, unless the command has ended."""
    late = f"DeadlineExceeded: {verb} took longer than {seconds} s; run the update again"
    signal.signal(signal.SIGALRM, lambda _signal, _frame: refuse(late))
    signal.alarm(seconds)


def load(text: str, program: Optional[Dict[str, str]] = None) -> None:
    """Runs the verb in argv with the request in `text` (JSON), for at most its `deadline_s` seconds."""
    verb, request = sys.argv[1], json.loads(text)
    if program is not None:
        request["program"] = program
    keep_deadline(verb, int(request["deadline_s"]))
    if sys.version_info < OLDEST_PYTHON:
        refuse(f"PythonTooOld: {sys.executable} is {sys.version.split()[0]}; install Python 3.8 or later")
    stack = os.path.join(os.path.expanduser(request["work_dir"]), ".berth", request["stack"])
    installed = os.path.join(stack, "supervisor")
    if "program" in request:
        sys.meta_path.insert(0, ProgramImporter(request["program"]))
    elif os.path.isdir(installed):
        sys.path.insert(0, installed)
    elif verb in FINE_WITHOUT and not os.path.isdir(os.path.join(stack, "instances")):
        print(json.dumps({"ok": True, "state": "absent"}))
        return
    else:
        refuse(f"NotInstalled: {stack} has no supervisor; {ANEW}")
    import verbs

    verbs.main(verb, request)
