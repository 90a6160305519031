"""Where an experiment lives: the environment its supervisor gives it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Mapping

from json_lines import Address
from settings import SettingsError

REQUIRED = ("BERTH_STACK", "BERTH_INSTANCE", "BERTH_CONFIG", "BERTH_DB")


@dataclass(frozen=True)
class Surroundings:
    """BERTH_* as values."""

    stack: str
    name: str
    """The instance's name within its stack, by which its peers know it."""
    config: str
    database: Path
    peers: Path | None
    """The file that says where the peers are; None = isolated."""
    checkpoint: Path | None
    """The file to go on from, and to write when asked to; None = nobody will ask."""
    address: Address | None
    """Host and port where this instance may listen; None = isolated."""

    @staticmethod
    def of(environment: Mapping[str, str]) -> Surroundings:
        """Throws SettingsError naming all that is missing."""
        missing = [name for name in REQUIRED if not environment.get(name)]
        if missing:
            raise SettingsError(f"environment: {', '.join(missing)} not set")
        peers, host, port = (environment.get(f"BERTH_{name}") for name in ("PEERS", "HOST", "PORT"))
        if port and not port.isdigit():
            raise SettingsError(f'environment: BERTH_PORT: expected a number, got "{port}"')
        folder = environment.get("BERTH_CHECKPOINT_DIR")
        return Surroundings(
            stack=environment["BERTH_STACK"],
            name=environment["BERTH_INSTANCE"],
            config=environment["BERTH_CONFIG"],
            database=Path(environment["BERTH_DB"]),
            checkpoint=Path(folder, "rows.json") if folder else None,
            peers=Path(peers) if peers else None,
            address=(host, int(port)) if host and port else None,
        )

    @property
    def instance(self) -> str:
        """The instance's identity on every node: `<stack>/<name>`."""
        return f"{self.stack}/{self.name}"

    def with_peers(self) -> tuple[Path, Address]:
        """Peers and address, for an experiment that cannot be without; throws SettingsError."""
        if not self.peers or not self.address:
            raise SettingsError(
                "environment: BERTH_PEERS, BERTH_HOST or BERTH_PORT not set; use network: peers"
            )
        return self.peers, self.address
