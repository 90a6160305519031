import type { Arrangement } from "./arrangement";
import type { Cost } from "./cost";
import { randomFrom } from "./random";

/**
 * Ruin and recreate: again and again a few rooms are emptied, in part or whole, and filled anew in another order; what is
 * no worse is kept. It finds what one-by-one decisions cannot see, and proves nothing.
 * @param looks how many fittings to try: a count, so that every machine decides the same
 * @param until ends it sooner
 * @param mayMove whom it may touch
 * @returns how many it has tried
 */
export function rearrange(
  arrangement: Arrangement,
  looks: number,
  until: (cost: Cost) => boolean,
  mayMove: (demand: number) => boolean = () => true,
): number {
  const random = randomFrom(1);
  const below = (count: number) => Math.floor(random() * count);
  const keys = new Float64Array(arrangement.demands);
  let left = looks;
  while (left > 0 && !until(arrangement.cost)) round();
  return looks - left;

  function round(): void {
    const before = { ...arrangement.cost };
    const rooms = chosenRooms();
    const share = random() < 0.5 ? 1 : 0.3 + 0.6 * random();
    const removed = rooms.flatMap((room) =>
      arrangement.residents[room]!.filter(
        (demand) => mayMove(demand) && (share === 1 || random() < share),
      ).map((demand) => [demand, room, arrangement.modeOf(demand), arrangement.devicesOf(demand)] as const),
    );
    for (const [demand] of removed) arrangement.remove(demand);
    const waiting = [...arrangement.leftOut];
    const noise = random() < 0.3 ? 0 : 0.9 * random();
    for (const demand of waiting) keys[demand] = arrangement.size[demand]! * (1 + noise * (2 * random() - 1));
    waiting.sort((a, b) => keys[b]! - keys[a]! || a - b);
    const byScore = random() < (before.missing === 0 ? 0.5 : 0.1);
    for (const demand of waiting) settle(demand, rooms, byScore);
    left -= waiting.length * rooms.length + 10;
    if (!isWorse(arrangement.cost, before)) return;
    for (const demand of waiting) if (arrangement.at[demand]! >= 0) arrangement.remove(demand);
    for (const [demand, room, mode, devices] of removed) arrangement.put(demand, room, mode, devices);
  }

  function settle(demand: number, rooms: readonly number[], byScore: boolean): void {
    let best = -1;
    let bestMode = 0;
    let bestWorth = Number.NEGATIVE_INFINITY;
    for (const room of rooms) {
      const mode = arrangement.modeIn(demand, room);
      if (mode < 0) continue;
      const isHome = arrangement.home[demand] === room;
      const worth = isHome
        ? 1e15
        : byScore
          ? arrangement.pointsIn(demand, room, mode)
          : -arrangement.slackIn(demand, room, mode);
      if (worth <= bestWorth) continue;
      [best, bestMode, bestWorth] = [room, mode, worth];
    }
    if (best >= 0) arrangement.put(demand, best, bestMode);
  }

  /** Somebody who is left out, or else who has moved, or else anybody. */
  function chosenTarget(): number {
    const { leftOut, cost, demands, home, at } = arrangement;
    if (leftOut.length > 0) return leftOut[below(leftOut.length)]!;
    let target = below(demands);
    if (cost.moves === 0 || random() < 0.3) return target;
    while (home[target]! < 0 || home[target] === at[target]) target = (target + 1) % demands;
    return target;
  }

  /** Two or three rooms, with one where the target is or might be. */
  function chosenRooms(): number[] {
    const target = chosenTarget();
    const count = Math.min(arrangement.rooms, 2 + below(2));
    const rooms: number[] = [];
    if (arrangement.at[target]! >= 0) rooms.push(arrangement.at[target]!);
    const home = arrangement.home[target]!;
    if (home >= 0 && !rooms.includes(home)) rooms.push(home);
    for (let tries = 0; rooms.length < count && tries < 20; tries++) {
      const room = below(arrangement.rooms);
      if (!rooms.includes(room) && (rooms.length > 0 || arrangement.mayBeIn(target, room))) rooms.push(room);
    }
    return rooms;
  }
}

function isWorse(now: Cost, before: Cost): boolean {
  if (now.missing !== before.missing) return now.missing > before.missing;
  if (now.moves !== before.moves) return now.moves > before.moves;
  // While some are left out, to wander among equals is the way on.
  if (now.missing > 0) return false;
  if (now.points !== before.points) return now.points < before.points;
  return now.ranks > before.ranks;
}
