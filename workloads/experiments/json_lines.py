"""How instances talk: one connection, one question, one answer, each a line of JSON.

A connection keeps no state, so either end may die and come back at any time. Whatever a stranger sends,
a conversation is over after CONVERSATION_SECONDS or LINE_BYTES, and no more than CLIENTS go on at once.
"""

from __future__ import annotations

import json
import socket
import time
from threading import Thread
from typing import Any, Callable, Tuple

from experiment import NotYet

LINE_BYTES = 65_536
CONVERSATION_SECONDS = 0.8
CLIENTS = 16
Address = Tuple[str, int]


def ask(address: Address, question: Any) -> Any:
    """What the server at `address` answers; throws OSError or ValueError when it does not."""
    deadline = time.monotonic() + CONVERSATION_SECONDS
    with socket.create_connection(address, CONVERSATION_SECONDS) as connection:
        _send(connection, question, deadline)
        return _receive(connection, deadline)


class Server:
    """Answers questions at `address` in threads of its own; none for which `answer` throws ValueError."""

    def __init__(self, address: Address, answer: Callable[[Any], Any]) -> None:
        self._answer = answer
        self._closed = False
        self._listener = socket.create_server(address)
        self._threads = [Thread(target=self._serve, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Listen no more, and let the conversations that go on come to their end."""
        self._closed = True
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes the threads that wait for a client
        for thread in self._threads:
            thread.join(CONVERSATION_SECONDS)
        self._listener.close()

    def _serve(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
                with connection:
                    self._converse(connection)
            except (OSError, ValueError, NotYet):
                time.sleep(0.05)  # too slow, gone, or no sense: it gets no answer, and a friend asks again

    def _converse(self, connection: socket.socket) -> None:
        deadline = time.monotonic() + CONVERSATION_SECONDS
        _send(connection, self._answer(_receive(connection, deadline)), deadline)


def _send(connection: socket.socket, value: Any, deadline: float) -> None:
    _patience(connection, deadline)
    connection.sendall(json.dumps(value).encode() + b"\n")


def _receive(connection: socket.socket, deadline: float) -> Any:
    line = b""
    while not line.endswith(b"\n"):
        _patience(connection, deadline)
        received = connection.recv(4096)
        line += received
        if not received or len(line) > LINE_BYTES:
            raise ValueError("not one line")
    try:
        return json.loads(line)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _patience(connection: socket.socket, deadline: float) -> None:
    connection.settimeout(max(0.001, deadline - time.monotonic()))
