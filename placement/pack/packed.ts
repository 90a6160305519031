import type { Choice } from "../decide";
import type { Judge } from "../judge";
import type { Load } from "../load";
import type { PackingGap } from "../plan";
import { arrange } from "../search";
import type { Highs } from "../solver";
import type { Survey } from "../survey";
import { blocksOf } from "./blocks";
import { Dice } from "./dice";
import { Improver } from "./improver";
import { type Inventory, inventoryOf } from "./inventory";
import { bitsOf } from "./kind";
import { largeBlocks, warmth } from "./large-blocks";
import { mostOnGpu } from "./most-on-gpu";
import { Packing } from "./packing";
import { emptyNodes, keepingGpu, mostOf, onGpu, staying } from "./proof";
import { Waiting } from "./waiting";

/** Rounds for each instance and node, and at most so many: a count, not a time, so that every machine decides the same. */
const roundsEach = 500;
const mostRounds = 100_000;

export interface Packed {
  choices: Choices;
  gap: PackingGap;
}

type Choices = ReadonlyMap<string, Choice>;

/**
 * Places for all instances, close together: what runs stays, whoever prefers a GPU has one while there is room, and the
 * room that is left lies in large blocks. What a solver proves better is packed from there.
 * @returns else whether it is proven that somebody has to be left out
 */
export function packed(survey: Survey, judge: Judge, highs: Highs): Packed | "impossible" | "unknown" {
  const { requests, stayers } = survey;
  const problem = survey.problem();
  const whole = arrange(problem, highs, homesOf(survey));
  if (typeof whole === "string") return whole;
  const empty = survey.emptyLoads();
  const inventory = inventoryOf(requests, empty, judge, stayers);
  const found = packedFrom(whole.choices(), inventory, empty, warmth);
  if (!found) return "unknown";
  let choices = found;

  const running = requests.filter(({ instance }) => stayers.has(instance.id));
  const blocks = blocksOf(empty);
  // Each outweighs those that come after it; what is proven of one holds while no less is had of those before it.
  const aims = [
    { aim: staying, of: stayingIn, limit: running.length },
    { aim: keepingGpu, of: keepingGpuIn, limit: running.filter(({ wasOnGpu }) => wasOnGpu).length },
    { aim: onGpu, of: onGpuIn, limit: mostOnGpu(problem) },
    { aim: emptyNodes(blocks), of: emptyIn, limit: Number.POSITIVE_INFINITY },
  ];
  const most = aims.map(({ limit }) => limit);
  for (const [index, { aim, of, limit }] of aims.entries()) {
    if (of(choices) === limit) continue;
    const before = aims.slice(0, index).map((one) => one.aim);
    const verdict = mostOf(aim, before, problem, choices, highs);
    most[index] = Math.min(verdict.most, limit);
    const again = verdict.better && packedFrom(verdict.better, inventory, empty, 0);
    if (again && isBetter(again, choices)) choices = again;
  }
  const [moves, , withoutGpu, missing] = aims.map(({ of }, index) => Math.max(0, most[index]! - of(choices)));
  const blocksPercent = missing === 0 ? 0 : (100 * missing!) / most.at(-1)!;
  return {
    choices,
    gap: { moves: moves!, withoutGpu: withoutGpu!, ...(Number.isFinite(missing) && { blocksPercent }) },
  };

  function isBetter(one: Choices, other: Choices): boolean {
    const differs = aims.find(({ of }) => of(one) !== of(other));
    return differs !== undefined && differs.of(one) > differs.of(other);
  }

  function stayingIn(found: Choices): number {
    return running.filter(({ instance, was }) => found.get(instance.id)!.node === was).length;
  }

  /** On the very devices, where these are known. */
  function keepingGpuIn(found: Choices): number {
    return running.filter(({ instance, was, wasOnGpu, wasGpuDevices }) => {
      const { node, onGpu, gpuDevices = [] } = found.get(instance.id)!;
      const isSame = !wasGpuDevices || bitsOf(wasGpuDevices) === bitsOf(gpuDevices);
      return wasOnGpu && onGpu && node === was && isSame;
    }).length;
  }

  function onGpuIn(found: Choices): number {
    return [...found.values()].filter((choice) => choice.onGpu).length;
  }

  function emptyIn(found: Choices): number {
    const used = new Set([...found.values()].map(({ node }) => node));
    return empty.reduce((sum, { node }, index) => sum + (used.has(node.name) ? 0 : blocks[index]!), 0);
  }
}

/** Where those run that may stay. */
function homesOf({ requests, stayers }: Survey): Choices {
  const staying = requests.filter(({ instance }) => stayers.has(instance.id));
  return new Map(
    staying.map(({ instance, was, wasOnGpu, wasGpuDevices }) => [
      instance.id,
      { node: was!, onGpu: wasOnGpu, gpuDevices: wasGpuDevices },
    ]),
  );
}

/**
 * @param start has all of them, if perhaps not all fit there
 * @returns undefined where not all have a place
 */
function packedFrom(
  start: Choices,
  inventory: Inventory,
  empty: readonly Load[],
  warmth: number,
): Choices | undefined {
  const { kinds, machines, members } = inventory;
  const packing = new Packing(kinds, machines);
  const waiting = new Waiting(kinds.length);
  const machineOf = new Map(empty.map(({ node }, machine) => [node.name, machine]));
  for (const [kind, all] of members.entries()) {
    if (packing.waitsAs[kind] !== kind) continue;
    for (const { instance } of all) {
      const { node = "", onGpu, gpuDevices = [] } = start.get(instance.id) ?? {};
      const machine = machineOf.get(node);
      const { without } = kinds[kind]!;
      const forms = without === undefined ? [kind] : onGpu === false ? [without] : [kind, without];
      const form =
        machine === undefined ? undefined : forms.find((one) => packing.devicesFor(one, machine) >= 0);
      if (form === undefined) waiting.add(kind);
      else packing.put(form, machine!, packing.devicesAs(bitsOf(gpuDevices), form, machine!));
    }
  }
  const rounds = Math.min(mostRounds, roundsEach * (start.size + machines.length));
  new Improver(packing, waiting, new Dice(1), largeBlocks(packing, inventory, empty)).improve(rounds, warmth);
  if (waiting.length > 0) return undefined;
  const names = empty.map(({ node }) => node.name);
  return namedChoices(packing, inventory, names);
}

/** Gives each resident one of the members of the kind as which it would wait, by machine. */
function namedChoices(packing: Packing, { members, onGpu }: Inventory, nodes: readonly string[]): Choices {
  const choices = new Map<string, Choice>();
  const next = members.map(() => 0);
  for (const [machine, residents] of packing.residents.entries()) {
    for (const resident of residents) {
      const kind = packing.kindOf(resident);
      const { instance } = members[kind]![next[packing.waitsAs[kind]!]!++]!;
      const gpuDevices = indices(packing.devicesOf(resident));
      choices.set(instance.id, {
        node: nodes[machine]!,
        onGpu: onGpu[kind]![machine]!,
        ...(gpuDevices.length > 0 && { gpuDevices }),
      });
    }
  }
  return choices;
}

function indices(bits: number): number[] {
  const found: number[] = [];
  for (let device = 0; bits >> device > 0; device++) if ((bits >> device) & 1) found.push(device);
  return found;
}
