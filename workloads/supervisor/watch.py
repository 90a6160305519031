"""What somebody who watches a stack asks, again and again, in one go."""

from __future__ import annotations

from typing import Any

from facts import facts_with
from layout import Layout
from lease import renew
from ledger import all_entries
from status import status_with


def watch(layout: Layout, request: dict[str, Any]) -> dict[str, Any]:
    """Verb: renews the lease, if the request has one; tells how the node and the stack's instances are."""
    lease = renew(layout, request)
    entries = all_entries(layout)
    own = [entry for entry in entries if entry.layout == layout]
    return {**facts_with(entries, layout, request), **status_with(own), "lease": lease}
