"""An isolated instance reaches nobody: proved by trying, from inside."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

import pytest
from isolation import isolation_problem
from supervised_node import Node, Refused, wait_until

TRIES = """
import json, socket, sys
said = {}
for name, (host, port) in json.loads(sys.argv[1]).items():
    try:
        socket.create_connection((host, port), timeout=2).close()
        said[name] = "reached"
    except OSError as error:
        said[name] = error.__class__.__name__
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
    try:
        handle.sendto(b"x", ("192.0.2.1", 9))
        said["a packet"] = "sent"
    except OSError as error:
        said["a packet"] = error.strerror
# Its own loopback is there: programs that talk to themselves work.
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname(), timeout=2).close()
    said["itself"] = "reached"
said["interfaces"] = [name for _, name in socket.if_nameindex()]
print(json.dumps(said), flush=True)
"""


@pytest.fixture
def listeners() -> Iterator[dict[str, tuple[str, int]]]:
    """Servers of this machine: on its loopback, on another loopback address, on any address it has."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.77", 0)) as other:
        found = {"loopback": one.getsockname(), "a node's sshd": other.getsockname()}
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
            probe.connect(("192.0.2.1", 9))  # no packet: only asks for the address it would come from
            address = probe.getsockname()[0]
            with socket.create_server((address, 0)) as outer:
                yield {**found, "its address": outer.getsockname()}
                return
        yield found


def said(node: Node, listeners: dict[str, tuple[str, int]], network: str) -> dict[str, object]:
    command = [sys.executable, "-c", TRIES, json.dumps(listeners)]
    assert node.start(command=command, network=network, settle_s=20)["state"] == "completed"
    answer = json.loads(node.log())
    assert isinstance(answer, dict)
    return answer


@pytest.mark.skipif(isolation_problem() is not None, reason="the kernel refuses network namespaces here")
def test_no_packet_leaves_an_isolated_instance(node: Node, listeners: dict[str, tuple[str, int]]) -> None:
    assert said(node, listeners, "isolated") == {
        **dict.fromkeys(listeners, "ConnectionRefusedError"),
        **({"its address": "OSError"} if "its address" in listeners else {}),
        "a packet": "Network is unreachable",
        "itself": "reached",
        "interfaces": ["lo"],
    }


@pytest.mark.parametrize("network", ["open", "peers"])
def test_the_others_reach_what_the_node_reaches(
    node: Node, listeners: dict[str, tuple[str, int]], network: str
) -> None:
    answer = said(node, listeners, network)
    assert {name: answer[name] for name in listeners} == dict.fromkeys(listeners, "reached")


def test_everything_it_starts_is_isolated_too_and_it_can_still_be_ended(node: Node) -> None:
    script = """
import subprocess, time
own = subprocess.run(["readlink", "/proc/self/ns/net"], stdout=subprocess.PIPE, text=True).stdout
print(own, end="", flush=True)
time.sleep(600)
"""
    pid = node.start("a", script, network="isolated")["pid"]
    wait_until(node.log)
    assert node.log().strip() == os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")
    assert (node.status()["memory_bytes"] or 0) > 0
    assert node.stop()["changed"] is True
    assert node.processes() == {}


def without_namespaces() -> list[str]:
    """A prefix: in a user namespace of its own that has no room for network namespaces."""
    script = 'echo 0 > /proc/sys/user/max_net_namespaces; exec "$@"'
    return ["unshare", "--user", "--map-root-user", "sh", "-ec", script, "sh"]


def can_forbid() -> bool:
    tried = subprocess.run([*without_namespaces(), "true"], stderr=subprocess.DEVNULL)
    return tried.returncode == 0


@pytest.mark.skipif(not can_forbid(), reason="no user namespace, or its limits are read-only here")
def test_where_the_kernel_refuses_so_does_the_start(empty_node: Node) -> None:
    empty_node.prefix = without_namespaces()
    because = (
        "gives this login no network of its own: No space left on device (user.max_net_namespaces is 0);"
        " let this login use network namespaces there (root may), or write network: open"
    )
    with pytest.raises(Refused) as refused:
        empty_node.preflight(node={"name": "rpi1", "isolated": True})
    assert refused.value.lines == [
        f"berth: IsolationUnavailable: isolated instances are to run, and node rpi1 {because}"
    ]
    answer = empty_node.preflight(node={"name": "rpi1", "isolated": False})
    assert answer["facts"]["network_namespaces"] is False
    assert answer["notes"][-1] == (
        "instances with network: isolated are refused: the kernel gives this login no network of its own"
    )
    with pytest.raises(Refused) as refused:
        empty_node.start(network="isolated")
    assert refused.value.lines == [
        f"berth: IsolationUnavailable: lab/a is to be isolated, and this node {because}"
    ]
    assert empty_node.start(network="open")["state"] == "running"
    empty_node.prefix = []  # each command had a namespace of its own; only from outside all are seen
