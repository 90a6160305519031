"""What runs as a member of a Ray cluster: makes ready what it needs, then becomes `ray start --block`.

Program: `python3 -sE ray_run.py WORK_DIR STACK INSTANCE`, started by the member's supervisor.
"""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import sys
import time
from pathlib import Path

from atomic_file import read_json
from errors import NodeError
from layout import Layout
from ray_member import RayMember, ray_command, ray_variables
from ray_place import RayPlace
from ray_redis import start_redis
from ray_traces import make_temporary
from removal import remove_tree
from spec import spec_of

START = "ray start"
"""Stands in the log before what a run says."""
LOOK_S = 0.2


def main(work_dir: str, stack: str, instance: str) -> None:
    """Never returns: the process becomes Ray's, or ends with 1 and says in the log why."""
    layout = Layout(Path(work_dir), stack)
    member = spec_of(read_json(layout.spec_file(instance))["spec"]).ray
    assert member
    place = RayPlace(layout, member.cluster)
    print(json.dumps({"berth": START, "cluster": member.cluster, "role": member.role}), flush=True)
    make_temporary(layout, instance)
    _forget_former_environments(place)
    variables = ray_variables(layout, member, dict(os.environ))
    host = own_address(member)
    if member.is_head:
        head_host = host
        if member.redis:
            start_redis(place, member.ports.redis)
    else:
        head_host = socket.gethostbyname(member.head.host)
        _wait_for_head(member)
    command = ray_command(layout, instance, member, host, head_host)
    os.execve(command[0], command, variables)


def own_address(member: RayMember) -> str:
    """The numeric address by which the others reach this node."""
    found = socket.gethostbyname(member.host)
    if found == member.host or not ipaddress.ip_address(found).is_loopback:
        return found
    # Many a node knows its own name as 127.0.1.1. Nothing is sent: the system only says from where it would.
    towards = "192.0.2.1" if member.is_head else member.head.host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        try:
            handle.connect((towards, 9))
        except OSError:
            return found
        return str(handle.getsockname()[0])


def is_listening(host: str, port: int, patience_s: float = 2.0) -> bool:
    """Whether somebody takes connections there. Asks nothing of Ray, which needs 43 s to say no."""
    try:
        socket.create_connection((host, port), patience_s).close()
        return True
    except OSError:
        return False


def _wait_for_head(member: RayMember) -> None:
    """For as long as it takes: no restart is used up while the head is away."""
    said = False
    while not is_listening(member.head.host, member.head.port):
        if not said:
            print(json.dumps({"berth": "waiting for the head", **vars(member.head)}), flush=True)
            said = True
        time.sleep(LOOK_S)


def _forget_former_environments(place: RayPlace) -> None:
    """No other process of this cluster runs on this node now."""
    current = place.venv.resolve()
    for folder in place.home.glob("venv-*"):
        if folder != current:
            remove_tree(folder)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (NodeError, OSError) as failed:
        print(f"berth: {failed}", file=sys.stderr)
        sys.exit(1)
