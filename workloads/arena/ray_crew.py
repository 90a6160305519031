"""Members as Ray actors: one per node or core. No wait on Ray is without an end."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any, cast

import ray
from checkpoints import Say
from crew import Answer, Member, MembersLost, NobodyLeft, shares
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from state import State
from world import World

LAST_WORD_SECONDS = 1.0
"""When one member is lost: how long the others may take to show that they are not."""
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Terms:
    """Of employment."""

    actors: int | str
    """How many in all; or `per-node`, `per-core`."""
    answer_seconds: float
    """Who has not answered by then is given up."""
    hire_seconds: float
    """How long to wait for somebody to work."""


@dataclass(frozen=True)
class Node:
    """Where actors may live."""

    id: str
    name: str
    cpus: int


@dataclass(frozen=True)
class Hand:
    """A member, on its node."""

    node: str
    name: str
    """Of the node, for people."""
    actor: Any
    ready: Any
    since: float


class RayCrew:
    """Who is lost is left out; whoever can be had on the nodes that live joins at the next checkpoint."""

    def __init__(self, world: World, terms: Terms, say: Say) -> None:
        """Waits for everybody who is wanted and can be had; throws NobodyLeft."""
        self._world, self._terms, self._say = world, terms, say
        # A restarted actor would have forgotten its agents: it is the tournament that knows where to go on.
        self._make = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(Member)
        self._hired: list[Hand] = []
        self._coming: list[Hand] = []
        self._hire(is_one_enough=False)

    @property
    def size(self) -> int:
        return len(self._hired)

    def start(self, state: State) -> None:
        agents = shares(self._world.agents, self.size)
        self._busy = self._hired[: len(agents)]
        self._gather(
            [
                hand.actor.load.remote(first, last, state.trust[:, first:last], state.points[first:last])
                for hand, (first, last) in zip(self._busy, agents, strict=True)
            ]
        )

    def step(self, number: int, record: bytes, keep: bool) -> list[Answer]:
        return cast(
            list[Answer], self._gather([hand.actor.step.remote(number, record, keep) for hand in self._busy])
        )

    def mend(self) -> None:
        if not self._hired:
            self._hire(is_one_enough=True)

    def reinforce(self) -> bool:
        self._advertise()
        return self._welcome(0)

    def _gather(self, answers: list[Any]) -> list[Any]:
        try:
            return ray.get(answers, timeout=self._terms.answer_seconds)
        except RayTaskError:
            raise  # a mistake of the program, not a loss
        except RayError as error:
            lost = self._dismiss_lost(answers) or f"nobody, but answers were late: {type(error).__name__}"
            raise MembersLost(lost) from error

    def _dismiss_lost(self, answers: list[Any]) -> str:
        """Whoever has not answered is none of us any more. The text says who."""
        here, reasons = ray.wait(answers, num_returns=len(answers), timeout=LAST_WORD_SECONDS)[0], []
        for hand, answer in zip(self._busy, answers, strict=True):
            try:
                ray.get(answer, timeout=LAST_WORD_SECONDS if answer in here else 0)
            except RayTaskError:
                raise
            except RayError as error:
                reasons.append(f"{hand.name}: {type(error).__name__}")
                self._hired.remove(hand)
                ray.kill(hand.actor)
        return ", ".join(reasons)

    def _hire(self, is_one_enough: bool) -> None:
        deadline = time.monotonic() + self._terms.hire_seconds
        while True:
            self._advertise()
            self._welcome(LOOK_SECONDS)
            if self._hired and (is_one_enough or not self._coming):
                break
            if time.monotonic() > deadline:
                if self._hired:
                    break
                nodes = ", ".join(node.name for node in _nodes()) or "none"
                raise NobodyLeft(
                    f"no actor could be started within {self._terms.hire_seconds:g} s; living nodes with"
                    f" CPUs: {nodes}. Free a CPU there, or allow more time with --hire-seconds"
                )
        self._say("hired", members=self.size, nodes=dict(Counter(hand.name for hand in self._hired)))

    def _advertise(self) -> None:
        """Start whoever is wanted and has a place, on the node with the fewest; they may take their time."""
        wanted, nodes = self._terms.actors, _nodes()
        ours = Counter(hand.node for hand in self._hired + self._coming)
        places = {node.id: 1 if wanted == "per-node" else node.cpus for node in nodes}
        missing = (wanted if isinstance(wanted, int) else sum(places.values())) - sum(ours.values())
        while missing > 0 and any(ours[node.id] < places[node.id] for node in nodes):
            node = min(
                (node for node in nodes if ours[node.id] < places[node.id]), key=lambda node: ours[node.id]
            )
            place = NodeAffinitySchedulingStrategy(node.id, soft=False)
            actor: Any = self._make.options(scheduling_strategy=place).remote(self._world)
            self._coming.append(
                Hand(node.id, node.name, actor, actor.__ray_ready__.remote(), time.monotonic())
            )
            ours[node.id] += 1
            missing -= 1

    def _welcome(self, seconds: float) -> bool:
        """Whether somebody has come, after waiting so long for all. Who cannot come is not waited for."""
        if not self._coming:
            time.sleep(seconds)
            return False
        before = self.size
        here = ray.wait(
            [hand.ready for hand in self._coming], num_returns=len(self._coming), timeout=seconds
        )[0]
        for hand in list(self._coming):
            is_late = time.monotonic() - hand.since > self._terms.hire_seconds
            if hand.ready in here or is_late:
                self._coming.remove(hand)
                try:
                    ray.get(hand.ready, timeout=0 if is_late else LAST_WORD_SECONDS)
                    self._hired.append(hand)
                except RayError:
                    ray.kill(hand.actor)
        return self.size > before


def _nodes() -> list[Node]:
    """Living nodes that have a CPU."""
    nodes: list[dict[str, Any]] = ray.nodes()  # type: ignore[no-untyped-call]
    living = [node for node in nodes if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    return [
        Node(node["NodeID"], f"{node['NodeName']} ({node['NodeID'][:6]})", int(node["Resources"]["CPU"]))
        for node in living
    ]
