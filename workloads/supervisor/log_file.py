"""The log of an instance: it never stops the one who writes, whatever becomes of the disk."""

from __future__ import annotations

import json
import os
from pathlib import Path


class LogFile:
    """Appends to a file and rotates it between two lines, so that no line is lost or split.

    What cannot be written (a full disk) is dropped and counted; the log says so as soon as there is room.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        self.path, self.max_bytes, self.keep = path, max_bytes, keep
        self.file = -1
        self.size = 0
        self.lost = 0
        self._open()

    def write(self, data: bytes) -> None:
        """Never raises."""
        notice = json.dumps({"berth": "log lost", "bytes": self.lost})
        if self.lost and not self._append(f"\n{notice}\n".encode()):
            self.lost += len(data)
            return
        self.lost = 0
        while data:
            end = len(data)
            full = self.size + end >= self.max_bytes
            if full:
                line_end = data.find(b"\n", max(0, self.max_bytes - self.size - 1)) + 1
                full = bool(line_end) or self.size > 2 * self.max_bytes
                end = line_end or end
            if not self._append(data[:end]):
                self.lost += len(data)
                return
            if full:
                self._rotate()
            data = data[end:]

    def _open(self) -> None:
        if self.file >= 0:
            os.close(self.file)
        self.file = -1
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self.size = os.fstat(self.file).st_size
        except OSError:
            pass  # the next write tries again

    def _append(self, data: bytes) -> bool:
        if self.file < 0:
            self._open()
        try:
            while data:
                written = os.write(self.file, data)
                self.size += written
                data = data[written:]
            return True
        except OSError:
            return False

    def _rotate(self) -> None:
        try:
            for number in range(self.keep, 0, -1):
                older = self.path if number == 1 else self.rotated(number - 1)
                if older.exists():
                    os.replace(older, self.rotated(number))
        except OSError:
            pass  # a log that grows is better than none
        self._open()

    def rotated(self, number: int) -> Path:
        """The n-th last log."""
        return self.path.with_name(f"{self.path.name}.{number}")
