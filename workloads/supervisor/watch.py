"""What somebody who watches a stack asks, again and again, in one go."""

from __future__ import annotations

from typing import Any

from facts import facts
from layout import Layout
from lease import renew
from status import status


def watch(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: renews the lease, if the request has one; tells how the node and the stack's instances are."""
    lease = renew(layout, request)
    return {**facts(layout, request), **status(layout, request), "lease": lease}
