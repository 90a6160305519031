"""What a head answers on its own node: its dashboard's HTTP, with the cluster's token in a header."""

from __future__ import annotations

import http.client
import json
from typing import Any

from ray_member import RayMember
from ray_place import RayPlace

SECONDS = 10.0
UPLOAD_SECONDS = 60.0


class Unreachable(Exception):
    """Nobody answers, or somebody who is about to end."""


class Dashboard:
    """Of one cluster. Speaks to loopback only, and asks no proxy, whatever the login has set up."""

    def __init__(self, place: RayPlace, head: RayMember) -> None:
        self.place, self.port = place, head.ports.dashboard

    def ask(
        self, method: str, path: str, body: bytes | None = None, seconds: float = SECONDS
    ) -> tuple[int, bytes]:
        """Status and body of an answer. Raises Unreachable."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            token = self.place.token_file.read_text(encoding="utf-8")
            kind = "application/json" if path.startswith("/api/jobs") else "application/octet-stream"
            headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error
        finally:
            connection.close()

    def job(self, submission: str) -> dict[str, Any] | None:
        """A job as the cluster knows it; None when it does not. Raises Unreachable."""
        status, body = self.ask("GET", f"/api/jobs/{submission}")
        if status == 404:
            return None
        if status != 200:
            raise Unreachable(f"HTTP {status}: {body[:200].decode(errors='replace')}")
        found: dict[str, Any] = json.loads(body)
        return found

    def stop_job(self, submission: str) -> None:
        """Asks for its end. Raises Unreachable."""
        self.ask("POST", f"/api/jobs/{submission}/stop", b"")


def raylet_lives(member: RayMember) -> bool:
    """Whether the member's own raylet is alive in the eyes of the GCS, by what its agent says.

    It costs nothing, unlike `ray status`; and it says yes while the GCS does not answer.
    """
    connection = http.client.HTTPConnection("127.0.0.1", member.ports.dashboard_agent_listen, timeout=SECONDS)
    try:
        connection.request("GET", "/api/local_raylet_healthz")
        return connection.getresponse().read() == b"success"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
