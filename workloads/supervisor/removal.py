"""Removes folders, also those that were copied read-only."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path


def remove_tree(path: Path) -> None:
    """Removes `path` and all below it. rsync copies the modes of folders: one may forbid its owner to."""
    try:
        shutil.rmtree(path)
    except PermissionError:
        os.chmod(path, stat.S_IRWXU)
        for directory, names, _ in os.walk(path):
            for name in names:
                below = os.path.join(directory, name)
                if not os.path.islink(below):
                    os.chmod(below, stat.S_IRWXU)
        shutil.rmtree(path)
