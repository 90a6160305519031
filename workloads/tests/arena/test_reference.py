"""The vectors of world.py, beside the rules written down once more for one agent at a time."""

from __future__ import annotations

import math

from arena_run import ArenaRun
from chance import MATCHING, MOVES, POLICIES, draws
from crew import LocalCrew
from policies import POLICIES as KINDS
from world import World

STEPS = 40


def play_slowly(world: World, steps: int) -> tuple[list[int], list[int], list[list[int]]]:
    """Moves in the last step, points, and trust (after a defection, after cooperation) of each agent."""
    everybody, circle = range(world.agents), world.agents - 1
    deck = [kind for kind, share in zip(KINDS, world.shares, strict=True) for _ in range(share)]
    kinds = [deck[int(drawn) % len(deck)] for drawn in draws(world.seed, POLICIES, 0, 0, world.agents)]
    trust = [[kind.after_defection, kind.after_cooperation] for kind in kinds]
    points, last = [0 for _ in everybody], [1 for _ in everybody]
    for step in range(1, steps + 1):
        turn = int(draws(world.seed, MATCHING, step, 0, 1)[0]) % circle
        met = {agent: (turn - agent) % circle for agent in range(circle)}
        alone = next(agent for agent, other in met.items() if agent == other)
        met.update({alone: circle, circle: alone})
        chance = [int(drawn) for drawn in draws(world.seed, MOVES, step, 0, world.agents)]
        moves = []
        for agent in everybody:
            meant = chance[agent] % 65536 < trust[agent][last[met[agent]]]
            slips = chance[agent] // 65536 < world.noise
            moves.append(int(meant != slips))
        for agent in everybody:
            own, theirs = moves[agent], moves[met[agent]]
            payoff = {(1, 1): 3, (1, 0): 0, (0, 1): 5, (0, 0): 1}[own, theirs]
            points[agent] += payoff
            if kinds[agent].learns:
                known = last[met[agent]]
                cooperating = trust[agent][known]
                same = cooperating if own else 65536 - cooperating
                gain = round(65536 / 8 * (payoff - 2) / 3)
                same += math.floor((65536 - same if gain > 0 else same) * gain / 65536)
                trust[agent][known] = same if own else 65536 - same
        last = moves
    return last, points, trust


def test_the_same_moves_points_and_trust() -> None:
    for world in (World(2, 1), World(600, 2), World(520, 11, (1, 0, 2, 0, 5), noise=4000)):
        state = ArenaRun(crew=LocalCrew(world, 2)).to(STEPS, world)
        last, points, trust = play_slowly(world, STEPS)
        assert state.record.tolist() == last
        assert state.points.tolist() == points
        assert state.trust.T.tolist() == trust
