"""The versions of a stack's code on the node."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Iterable

from layout import Layout
from removal import remove_tree
from spec import Spec


def keep_used(layout: Layout, specs: Iterable[Spec]) -> None:
    """Points `current`, from which the next copy starts, to the first spec's code; removes the unused."""
    used = [spec.code for spec in specs if spec.code]
    if not used:
        return
    current, new = layout.code / "current", layout.code / "current.new"
    if not current.is_symlink() or os.readlink(current) != used[0]:
        if new.is_symlink():
            new.unlink()
        new.symlink_to(used[0])
        os.replace(new, current)
    for version in layout.code.iterdir():
        if version.is_dir() and not version.is_symlink() and version.name not in used:
            with suppress(OSError):  # the next start tries again
                remove_tree(version)
