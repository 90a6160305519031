"""The Redis beside a head: it keeps what the head knows of its cluster when the head is killed.

Whoever reads it can run code in the cluster. Ray takes a password only on command lines, which everybody on
the node may read; so it listens on loopback for whoever has its key, which lies in a file (mutual TLS).
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

from atomic_file import write_text
from errors import NodeError
from ray_place import RayPlace
from spawn import PR_SET_PDEATHSIG, prctl

PATIENCE_S = 60.0
"""How long it may read its records before it answers."""
VALID_DAYS = "36500"
FORMER_DASHBOARD = "@namespace_dashboard:dashboard"
"""The field of Ray's key-value table where a dashboard writes its address once it answers."""


def make_redis(place: RayPlace) -> None:
    """Makes its folder and key, once. Raises NodeError when this node lacks a program."""
    for program, package in (("redis-server", "redis-server"), ("openssl", "openssl")):
        if not shutil.which(program, path=_path()):
            text = f"this node has no {program}, which a head with gcs_fault_tolerance: redis needs"
            raise NodeError("RedisMissing", text, f"type there  sudo apt-get install {package}")
    place.redis.mkdir(mode=0o700, exist_ok=True)
    certificate, key = place.redis / "redis.crt", place.redis / "redis.key"
    if not certificate.exists():
        # One key for both ends: who has it is the head.
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        subject = ["-subj", "/CN=berth", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-nodes", "-keyout", str(key), "-out", f"{certificate}.new", "-days", VALID_DAYS]
        made = subprocess.run([*command, *subject, *files], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            said = " | ".join(made.stderr.splitlines()[-3:])
            raise NodeError("RedisMissing", f"openssl makes no key: {said}", "see what is wrong with openssl")
        key.chmod(0o600)
        Path(f"{certificate}.new").replace(certificate)


def start_redis(place: RayPlace, port: int) -> subprocess.Popen[bytes]:
    """Starts it as a child and waits until it answers; it ends with this process, and is none of Ray's.

    The address of a former dashboard is gone by then. `ray start` starts a dashboard, waits until there
    is an address, and starts the raylet, which gives its agent 15 s and no more. With the former address it
    would not wait: dashboard and agent would start at once, and on a busy or small node the agent is late.
    """
    folder = place.redis
    settings = {
        "port": "0",
        "tls-port": str(port),
        "bind": "127.0.0.1",
        "tls-cert-file": str(folder / "redis.crt"),
        "tls-key-file": str(folder / "redis.key"),
        "tls-ca-cert-file": str(folder / "redis.crt"),
        "tls-auth-clients": "yes",
        "dir": str(folder),
        "appendonly": "yes",
        # What the head was told is on the disk: a power cut loses nothing, either.
        "appendfsync": "always",
        "save": "",
        "loglevel": "warning",
        # It would write over its own variables, by which it is found.
        "set-proc-title": "no",
    }
    file = folder / "redis.conf"
    write_text(file, "".join(f'{name} "{value}"\n' for name, value in settings.items()))
    program = shutil.which("redis-server", path=_path()) or "redis-server"
    server = subprocess.Popen([program, str(file)], preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, 15))
    until = time.monotonic() + PATIENCE_S
    while _answer(folder, port, "PING") != b"+PONG":
        if server.poll() is not None:
            raise NodeError(
                "RedisEnded", f"redis-server ended with {server.returncode}", "see the lines above"
            )
        if time.monotonic() > until:
            raise NodeError("RedisEnded", f"redis-server does not answer in {PATIENCE_S:g} s", "see above")
        time.sleep(0.05)
    forgotten = _answer(folder, port, f"HDEL RAY{place.records}@KV {FORMER_DASHBOARD}")
    if forgotten is None or not forgotten.startswith(b":"):
        raise NodeError("RedisEnded", f"redis-server says {forgotten!r} to HDEL", "see the lines above")
    return server


def _answer(folder: Path, port: int, command: str) -> bytes | None:
    """What it says to a command of words, in one line; None when nobody answers."""
    context = ssl.create_default_context(cafile=str(folder / "redis.crt"))
    context.load_cert_chain(folder / "redis.crt", folder / "redis.key")
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as plain, context.wrap_socket(
            plain, server_hostname="127.0.0.1"
        ) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096).rstrip(b"\r\n")
    except OSError:
        return None


def _path() -> str:
    """Where Debian puts it is not on every login's PATH."""
    return f"{os.environ.get('PATH', os.defpath)}:/usr/bin:/usr/sbin:/usr/local/bin"
