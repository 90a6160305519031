"""The code of a job as the archive that a Ray cluster hands to its members."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path

SKIPPED = ("__pycache__", ".git", ".venv", "node_modules")
EPOCH = (1980, 1, 1, 0, 0, 0)


def ray_package(folder: Path) -> tuple[str, bytes]:
    """Name and bytes of the archive: the same code makes the same archive, wherever and whenever."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for directory, names, files in os.walk(folder):
            names[:] = sorted(name for name in names if name not in SKIPPED)
            for name in sorted(files):
                path = Path(directory, name)
                if path.is_file():
                    entry = zipfile.ZipInfo(str(path.relative_to(folder)), EPOCH)
                    entry.external_attr = (path.stat().st_mode & 0o777) << 16
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    file.writestr(entry, path.read_bytes())
    data = archive.getvalue()
    return f"_ray_pkg_{hashlib.sha256(data).hexdigest()[:16]}.zip", data
