"""The whole arena between two steps: what a checkpoint keeps and a result is read from."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from policies import COOPERATE
from world import TALLY_SHAPE, Integers, Moves, Points, Tally, World


@dataclass(frozen=True)
class State:
    """After `step` steps; arrays are in the order of the agents."""

    step: int
    record: Moves
    """What everybody played last: all that is public."""
    trust: Integers
    points: Points
    last: Tally
    """Of the last step."""
    totals: Tally
    """Of all steps."""

    @staticmethod
    def beginning(world: World) -> State:
        """Before the first step: nobody has a bad name."""
        nothing = np.zeros(TALLY_SHAPE, dtype=np.int64)
        return State(
            step=0,
            record=np.full(world.agents, COOPERATE, dtype=np.uint8),
            trust=world.first_trust(world.kinds(0, world.agents)),
            points=np.zeros(world.agents, dtype=np.int64),
            last=nothing,
            totals=nothing,
        )

    def digest(self) -> str:
        """SHA-256 of all of it: the same for two runs that went the same way."""
        sha = hashlib.sha256(str(self.step).encode())
        for array in (self.record, self.trust, self.points, self.last, self.totals):
            sha.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).tobytes())
        return sha.hexdigest()

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        np.savez(file, **{**vars(self), "record": np.packbits(self.record)})
        return file.getvalue()

    @staticmethod
    def from_bytes(content: bytes) -> State:
        """The reverse of `to_bytes`."""
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = dict(arrays)
        record = np.unpackbits(found.pop("record"), count=len(found["points"]))
        return State(step=int(found.pop("step")), record=record, **found)
