"""Puts the program on the node, as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import re

from atomic_file import write_text
from errors import BadRequest
from layout import Layout
from removal import remove_tree


def install(layout: Layout, program: dict[str, str]) -> bool:
    """Makes `program` (text by file name) the installed one; says whether that changed anything.

    Supervisors that run keep the version they were started with: it is in their memory.
    """
    version = "program-" + hashlib.sha256(json.dumps(program, sort_keys=True).encode()).hexdigest()[:16]
    home = layout.stack_dir / version
    if layout.program.is_symlink() and os.readlink(layout.program) == version and home.is_dir():
        return False
    new_home, new_link = layout.stack_dir / "program.new", layout.stack_dir / "supervisor.new"
    for left in (new_home, home):
        if left.exists():
            remove_tree(left)
    new_home.mkdir()
    for name, text in program.items():
        if not re.match(r"[a-z_]+\.py\Z", name):
            raise BadRequest(f"a program has no file {name!r}")
        write_text(new_home / name, text)
    os.replace(new_home, home)
    if new_link.is_symlink():
        new_link.unlink()
    new_link.symlink_to(version)
    os.replace(new_link, layout.program)
    for old in layout.stack_dir.glob("program-*"):
        if old != home:
            remove_tree(old)
    return True
