import type { Choice } from "../decide";
import { costsNoGpu } from "../devices";
import type { Judge } from "../judge";
import type { PackingGap } from "../plan";
import type { Highs } from "../solver";
import type { Survey } from "../survey";
import { blocksOf } from "./blocks";
import { Dice } from "./dice";
import { Improver } from "./improver";
import { type Inventory, inventoryOf } from "./inventory";
import { largeBlocks, warmth } from "./large-blocks";
import { Packing } from "./packing";
import { mostBlocks, mostStaying } from "./proof";
import { Waiting } from "./waiting";

/** Rounds for each instance and node, and at most so many: a count, not a time, so that every machine decides the same. */
const roundsEach = 500;
const mostRounds = 100_000;

export interface Packed {
  choices: Map<string, Choice>;
  gap: PackingGap;
}

/**
 * Places for all instances, close together: what runs stays, and the room that is left lies in large blocks. Whoever
 * prefers a GPU and finds none with room, or runs without one, does without. What a solver proves better is packed from
 * there. Undefined: somebody is left out, which proves nothing.
 */
export function packed(survey: Survey, judge: Judge, highs: Highs): Packed | undefined {
  const problem = survey.problem();
  const empty = survey.emptyLoads();
  const blocks = blocksOf(empty);
  let choices = packedFrom(homesOf(survey), warmth);
  if (!choices) return undefined;

  const mayStay = survey.stayers.size;
  let moves = 0;
  if (staying(choices) < mayStay) {
    const { most, better } = mostStaying(problem, choices, highs);
    choices = better ? (packedFrom(better, 0) ?? choices) : choices;
    moves = Math.min(mayStay, most) - staying(choices);
  }
  const { most, better } = mostBlocks(problem, blocks, choices, highs);
  const again = better && packedFrom(better, 0);
  if (again && staying(again) >= staying(choices) && free(again) > free(choices)) choices = again;
  const missing = most - free(choices);
  return {
    choices,
    gap: { moves, ...(Number.isFinite(most) && { blocksPercent: missing > 0 ? (100 * missing) / most : 0 }) },
  };

  function packedFrom(start: ReadonlyMap<string, Choice>, warmth: number): Map<string, Choice> | undefined {
    const prefers = survey.requests.filter(
      ({ instance }) => instance.gpu === "preferred" && !costsNoGpu(instance),
    );
    const onCpu = new Set(
      prefers.map(({ instance }) => instance.id).filter((id) => start.get(id)?.onGpu === false),
    );
    for (;;) {
      const { choices, left } = attempt(survey, judge, onCpu, start, warmth);
      if (left.length === 0) return choices;
      const hopeful = prefers.filter((request) => left.includes(request) && !onCpu.has(request.instance.id));
      if (hopeful.length === 0) return undefined;
      for (const { instance } of hopeful) onCpu.add(instance.id);
    }
  }

  function staying(found: ReadonlyMap<string, Choice>): number {
    return survey.requests.filter(
      ({ instance: { id }, was }) => survey.stayers.has(id) && found.get(id)?.node === was,
    ).length;
  }

  function free(found: ReadonlyMap<string, Choice>): number {
    const used = new Set([...found.values()].map(({ node }) => node));
    return empty.reduce((sum, { node }, index) => sum + (used.has(node.name) ? 0 : blocks[index]!), 0);
  }
}

/** Where those run that may stay. */
function homesOf({ requests, stayers }: Survey): Map<string, Choice> {
  const staying = requests.filter(({ instance }) => stayers.has(instance.id));
  return new Map(
    staying.map(({ instance, was, wasOnGpu }) => [instance.id, { node: was!, onGpu: wasOnGpu }]),
  );
}

function attempt(
  survey: Survey,
  judge: Judge,
  onCpu: ReadonlySet<string>,
  start: ReadonlyMap<string, Choice>,
  warmth: number,
) {
  const empty = survey.emptyLoads();
  const inventory = inventoryOf(survey.requests, empty, judge, survey.stayers, onCpu);
  const { kinds, machines, members } = inventory;
  const packing = new Packing(kinds, machines);
  const waiting = new Waiting(kinds.length);
  const machineOf = new Map(empty.map(({ node }, machine) => [node.name, machine]));
  for (const [kind, all] of members.entries()) {
    for (const { instance } of all) {
      const machine = machineOf.get(start.get(instance.id)?.node ?? "");
      const devices = machine === undefined ? -1 : packing.devicesFor(kind, machine);
      if (devices >= 0) packing.put(kind, machine!, devices);
      else waiting.add(kind);
    }
  }
  const rounds = Math.min(mostRounds, roundsEach * (survey.requests.length + machines.length));
  new Improver(packing, waiting, new Dice(1), largeBlocks(packing, inventory, empty)).improve(rounds, warmth);
  const names = empty.map(({ node }) => node.name);
  return namedChoices(packing, inventory, names);
}

/** Gives each resident of a kind one of its members, by machine. */
function namedChoices(packing: Packing, { members, onGpu }: Inventory, nodes: readonly string[]) {
  const choices = new Map<string, Choice>();
  const next = members.map(() => 0);
  for (const [machine, residents] of packing.residents.entries()) {
    for (const resident of residents) {
      const kind = packing.kindOf(resident);
      const { instance } = members[kind]![next[kind]!++]!;
      const gpuDevices = indices(packing.devicesOf(resident));
      choices.set(instance.id, {
        node: nodes[machine]!,
        onGpu: onGpu[kind]![machine]!,
        ...(gpuDevices.length > 0 && { gpuDevices }),
      });
    }
  }
  return { choices, left: members.flatMap((all, kind) => all.slice(next[kind]!)) };
}

function indices(bits: number): number[] {
  const found: number[] = [];
  for (let device = 0; bits >> device > 0; device++) if ((bits >> device) & 1) found.push(device);
  return found;
}
