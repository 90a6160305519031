"""What a run tells while it goes on."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any


def say(event: str, **facts: Any) -> None:
    """Print one line of JSON."""
    moment = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    print(json.dumps({"t": moment, "event": event, **facts}), flush=True)
