"""Files that are either the old or the new, whatever happens in between."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from errors import NodeError


def write_text(path: Path, text: str, durable: bool = True) -> None:
    """Replaces `path`, readable by its owner only. A file has one writer at a time: `.new` is name enough.

    Not `durable`: it need not outlive this boot, and may be written often.
    """
    new = path.with_name(path.name + ".new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        if new.exists():
            new.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def write_json(path: Path, value: dict[str, Any], durable: bool = True) -> None:
    """Replaces `path` with a JSON object."""
    write_text(path, json.dumps(value, sort_keys=True) + "\n", durable)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`; empty when there is no such file. Raises FileCorrupt."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(value, dict):
            return value
    except FileNotFoundError:
        return {}
    except ValueError:
        pass
    raise NodeError(
        "FileCorrupt", f"{path} is not a JSON object", "remove this file and run the update again"
    )
