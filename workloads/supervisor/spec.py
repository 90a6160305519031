"""What an instance is to be: the part of a start request that a supervisor works from."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, TypeVar, cast

from errors import BadRequest
from layout import Layout, checked_name


@dataclass(frozen=True)
class Restart:
    """What follows a crash: a restart, `attempts` times within any `interval_s` seconds, then it has failed.

    The pause doubles with every restart that still counts.
    """

    policy: str
    attempts: int
    interval_s: float
    backoff_s: float
    max_backoff_s: float = 60.0


@dataclass(frozen=True)
class Spec:
    """One instance. Everything here is given to the process or to its supervisor; a change restarts it."""

    id: str
    command: list[str]
    memory_bytes: int
    """The most it may hold, and what it takes from the node."""
    restart: Restart
    network: str
    gpu_memory_bytes: int = 0
    env: dict[str, str] = field(default_factory=dict)
    config: str | None = None
    """Path of its configuration, below its directory."""
    code: str | None = None
    """Digest of its code; None = it runs in the work directory."""
    host: str | None = None
    port: int | None = None
    settle_s: float = 0.5
    """A first run that fails sooner is a failed start: it is not tried again."""
    stop_grace_s: float = 10.0
    log_max_bytes: int = 10 * 1024 * 1024
    log_keep: int = 3

    @property
    def held_port(self) -> int | None:
        """The port it may listen on; an isolated one does not know any."""
        return self.port if self.network == "peers" else None

    def directory(self, layout: Layout) -> Path:
        """Where it runs."""
        return layout.code / self.code if self.code else layout.work_dir

    def environment(self, layout: Layout, inherited: Mapping[str, str]) -> dict[str, str]:
        """All its variables: the login's without those of its SSH session, its own, then Berth's."""
        variables = {
            name: value for name, value in inherited.items() if not name.startswith(("SSH_", "BERTH_"))
        }
        variables.update(self.env)
        variables.update(
            BERTH_STACK=layout.stack,
            BERTH_INSTANCE=self.id,
            BERTH_LOG_DIR=str(layout.logs),
            BERTH_DB=str(layout.database),
            BERTH_TAG=layout.tag(self.id),
            BERTH_MEMORY_BYTES=str(self.memory_bytes),
            PWD=str(self.directory(layout)),
        )
        if self.config:
            variables["BERTH_CONFIG"] = os.path.join(self.directory(layout), self.config)
        if self.network == "peers":
            variables.update(
                BERTH_HOST=self.host or "",
                BERTH_PORT=str(self.port or ""),
                BERTH_PEERS=str(layout.peers_file),
            )
        return variables


@dataclass(frozen=True)
class Limits:
    """What the node gives to all instances of all stacks together."""

    memory_limit_bytes: int
    gpu_memory_limit_bytes: int
    max_instances: int
    memory_floor: float = 0.0
    """Share of the machine's RAM below which instances give way."""


@dataclass(frozen=True)
class Holding:
    """What the plan gives to an instance."""

    memory_bytes: int
    gpu_memory_bytes: int = 0
    port: int | None = None

    def covers(self, spec: Spec) -> bool:
        """Whether `spec` holds just that. A port is held only by who knows it."""
        same = (self.memory_bytes, self.gpu_memory_bytes) == (spec.memory_bytes, spec.gpu_memory_bytes)
        return same and spec.held_port in (None, self.port)


def digest(instance: dict[str, Any]) -> str:
    """Changes when the process must be started anew. Of what was asked: so new defaults restart nobody."""
    hidden = () if instance.get("network") == "peers" else ("host", "port")
    asked = {key: value for key, value in instance.items() if value is not None and key not in hidden}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def spec_of(instance: Any) -> Spec:
    """The instance of a start request, checked. Raises BadRequest."""
    given = _without_nulls(instance, "instance")
    given["restart"] = _checked(Restart, _without_nulls(given.get("restart"), "restart"), "restart")
    spec = _checked(Spec, given, "instance")
    checked_name(spec.id, "instance.id")
    if spec.code is not None:
        checked_name(spec.code, "instance.code")
    if spec.memory_bytes == 0:
        raise BadRequest("instance.memory_bytes must be more than 0")
    return spec


def limits_of(node: Any) -> Limits:
    """The limits in a start request, checked. Raises BadRequest."""
    return _checked(Limits, _without_nulls(node, "node"), "node")


def holding_of(holding: Any, where: str) -> Holding:
    """One entry of what the plan gives, checked. Raises BadRequest."""
    return _checked(Holding, _without_nulls(holding, where), where)


def to_json(spec: Spec | Limits) -> dict[str, Any]:
    """As `spec_of` and `limits_of` read it."""
    return asdict(spec)


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(one) for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and "\0" not in value


def _are_variables(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and all(_is_text(one) for one in value.values())
        and not any("=" in name for name in value)
    )


def _is_seconds(value: Any) -> bool:
    return type(value) in (int, float) and value >= 0


KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "int": (_is_count, "a whole number ≥ 0"),
    "int | None": (_is_count, "a whole number ≥ 0"),
    "float": (_is_seconds, "a number ≥ 0"),
    "str": (_is_text, "a text"),
    "str | None": (_is_text, "a text"),
    "list[str]": (_is_texts, "a list of texts, not empty"),
    "dict[str, str]": (_are_variables, "an object of texts"),
    "Restart": (lambda value: isinstance(value, Restart), "an object"),
}

AnyRecord = TypeVar("AnyRecord", Spec, Restart, Limits, Holding)


def _checked(record: type[AnyRecord], given: dict[str, Any], where: str) -> AnyRecord:
    kinds = cast("dict[str, str]", record.__annotations__)
    for key, value in given.items():
        if key not in kinds:
            raise BadRequest(f"{where}.{key} is not known")
        fits, expected = KINDS[kinds[key]]
        if not fits(value):
            raise BadRequest(f"{where}.{key} must be {expected}")
    try:
        return record(**given)
    except TypeError as error:
        raise BadRequest(f"{where}: {str(error).partition(') ')[2]}") from error


def _without_nulls(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest(f"{where} must be an object")
    return {key: one for key, one in value.items() if one is not None}
