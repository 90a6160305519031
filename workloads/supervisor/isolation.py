"""A network of an instance's own: only its loopback, no packet to anybody, not even to the node itself.

As root a network namespace; as another user one inside a user namespace that maps the user to itself. It is
no wall against a program that wants out: root may enter other namespaces, and sockets in files stay.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
from pathlib import Path

from errors import NodeError

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
SWITCHES = (
    ("user/max_net_namespaces", "0"),
    ("user/max_user_namespaces", "0"),
    ("kernel/unprivileged_userns_clone", "0"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1"),
)
"""Where kernels refuse it, and the value that does."""


def isolate() -> None:
    """Leaves the network of the calling process behind, for good. Raises OSError where the kernel refuses."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        _unshare(CLONE_NEWNET)
    else:
        _unshare(CLONE_NEWUSER | CLONE_NEWNET)
        for file, text in (
            ("setgroups", "deny"),
            ("uid_map", f"{user} {user} 1"),
            ("gid_map", f"{group} {group} 1"),
        ):
            Path("/proc/self", file).write_text(text)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def isolation_problem() -> str | None:
    """Why instances cannot have a network of their own here, found by trying; None when they can."""
    pid = os.fork()
    if pid == 0:
        try:
            isolate()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 1)
        finally:
            os._exit(1)
    refused = os.WEXITSTATUS(os.waitpid(pid, 0)[1])
    return os.strerror(refused) if refused else None


def unavailable(wanted: str, where: str) -> NodeError:
    """The refusal of what is `wanted`."""
    problem = isolation_problem() or "it tells no reason"
    switches = [f"{file.replace('/', '.')} is {value}" for file, value in SWITCHES if _switch(file) == value]
    because = f" ({' and '.join(switches)})" if switches else ""
    text = f"{wanted}, and {where} gives this login no network of its own: {problem}{because}"
    remedy = "let this login use network namespaces there (root may), or write network: open"
    return NodeError("IsolationUnavailable", text, remedy)


def _switch(file: str) -> str:
    try:
        return Path("/proc/sys", file).read_text().strip()
    except OSError:
        return ""


def _unshare(flags: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
