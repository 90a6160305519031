import type { Choice } from "../decide";
import { costsNoGpu } from "../devices";
import type { Judge } from "../judge";
import type { Survey } from "../survey";
import { Dice } from "./dice";
import { Improver } from "./improver";
import { type Inventory, inventoryOf } from "./inventory";
import { largeBlocks } from "./large-blocks";
import { Packing } from "./packing";
import { Waiting } from "./waiting";

/** Rounds for each instance and node, and at most so many: a count, not a time, so that every machine decides the same. */
const roundsEach = 500;
const mostRounds = 100_000;

/**
 * Places for all instances, close together: what runs stays, and the room that is left lies in large blocks. Whoever
 * prefers a GPU and finds none with room, or runs without one, does without. Undefined: somebody is left out, which proves nothing.
 */
export function packed(survey: Survey, judge: Judge): Map<string, Choice> | undefined {
  const stayOnCpu = survey.requests.filter(
    ({ instance, wasOnGpu }) => wasOnGpu === false && survey.stayers.has(instance.id),
  );
  const onCpu = new Set(stayOnCpu.map(({ instance }) => instance.id));
  for (;;) {
    const { choices, left } = attempt(survey, judge, onCpu);
    if (left.length === 0) return choices;
    const hopeful = left.filter(
      ({ instance }) => instance.gpu === "preferred" && !costsNoGpu(instance) && !onCpu.has(instance.id),
    );
    if (hopeful.length === 0) return undefined;
    for (const { instance } of hopeful) onCpu.add(instance.id);
  }
}

function attempt(survey: Survey, judge: Judge, onCpu: ReadonlySet<string>) {
  const empty = survey.emptyLoads();
  const inventory = inventoryOf(survey.requests, empty, judge, survey.stayers, onCpu);
  const { kinds, machines, members, home } = inventory;
  const packing = new Packing(kinds, machines);
  const waiting = new Waiting(kinds.length);
  for (const [kind, all] of members.entries()) {
    for (const _ of all) {
      const machine = home[kind]!;
      const devices = machine >= 0 ? packing.devicesFor(kind, machine) : -1;
      if (devices >= 0) packing.put(kind, machine, devices);
      else waiting.add(kind);
    }
  }
  const rounds = Math.min(mostRounds, roundsEach * (survey.requests.length + machines.length));
  new Improver(packing, waiting, new Dice(1), largeBlocks(packing, inventory, empty)).improve(rounds);
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
