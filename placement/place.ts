import type { Topology } from "../topology/topology";
import { compare } from "./compare";
import { conflictOf } from "./conflict";
import { type Choice, type Decided, decide } from "./decide";
import { filters as allFilters } from "./filters";
import { judgeBy } from "./judge";
import { withMoves } from "./moves";
import { outweighed } from "./outweighed";
import { packed } from "./pack/packed";
import type { Conflict, Gap, PackingGap, Placement, Plan } from "./plan";
import type { Problem } from "./problem";
import type { Request } from "./requests";
import { scores as allScores } from "./scores";
import { search } from "./search";
import { type Highs, solver } from "./solver";
import { type Survey, surveyOf } from "./survey";
import { withDeciders } from "./with-deciders";

/**
 * Decides which node each instance gets, and keeps why. Never throws for what does not fit: that is `unplaced`.
 * What runs stays; then one instance after the other takes the best node at its turn. Where that leaves somebody out or
 * moves what could stay, all placements are searched. With `strategy: pack` all are placed close together instead. The order in the files changes nothing.
 */
export async function place(topology: Topology, filters = allFilters, scores = allScores): Promise<Plan> {
  const { cluster, scenario, observed } = topology;
  const judge = judgeBy(filters, scores);
  const survey = surveyOf(topology, judge);
  const { placements, unplaced, loads, method, gap, packingGap, conflict } = await decideAll();
  return {
    scenario: scenario.name,
    cluster: cluster.name,
    placements: withMoves(withDeciders(placements, method), survey).sort(byInstance),
    unplaced: unplaced.sort(byInstance),
    nodes: loads.map((load) => load.summary()),
    method,
    ...(gap && { gap }),
    ...(packingGap && { packingGap }),
    ...(conflict && { conflict }),
    ...(observed.facts && { factsAgeSeconds: observed.facts.ageSeconds }),
  };

  async function decideAll(): Promise<Outcome> {
    if (scenario.strategy !== "pack") return byScore();
    const highs = await solver();
    const close = packed(survey, judge, highs);
    if (close === "impossible") return leavingOut(greedily(), survey.problem(), close, highs);
    if (close === "unknown") return byScore();
    const decided = decideFrom(close.choices);
    return decided.unplaced.length > 0 ? byScore() : { ...decided, method: "packed", packingGap: close.gap };
  }

  async function byScore(): Promise<Outcome> {
    const greedy = greedily();
    const isComplete = greedy.unplaced.length === 0 && survey.holding.length === survey.stayers.size;
    if (isComplete) return { ...greedy, method: "greedy" };
    const problem = survey.problem();
    const highs = await solver();
    const found = search(problem, highs, choicesOf(greedy.placements));
    if (found.kind !== "placed") return leavingOut(greedy, problem, found.kind, highs);
    const { choices, gap } = found;
    const { loads, ...decided } = decideFrom(choices);
    const isProven = gap.moves === 0 && gap.scorePercent === 0;
    return {
      ...outweighed(decided, problem, highs),
      loads,
      ...(isProven ? { method: "exact" } : { method: "repaired", gap }),
    };
  }

  /** What runs stays, and the others take the best node one after the other. */
  function greedily() {
    return decideFrom(
      survey.holding.map(({ instance, was, wasOnGpu }) => [instance.id, { node: was!, onGpu: wasOnGpu }]),
    );
  }

  function leavingOut(
    greedy: ReturnType<typeof greedily>,
    problem: Problem,
    outcome: "impossible" | "unknown",
    highs: Highs,
  ): Outcome {
    const conflict = conflictOf(topology, judge, problem, outcome, highs);
    return { ...greedy, method: "greedy", conflict };
  }

  /** Who stays keeps its GPUs and the others get those that fit best; where that is not enough, all get those of the choices. */
  function decideFrom(choices: Iterable<[string, Choice]>) {
    const all = [...choices];
    const hasDevices = all.some(([, { gpuDevices }]) => gpuDevices);
    const free = hasDevices ? decideBy(all.map(([id, choice]) => [id, withoutDevices(choice)])) : undefined;
    return free?.unplaced.length === 0 ? free : decideBy(all);
  }

  function decideBy(all: readonly (readonly [string, Choice])[]) {
    const choices = new Map(all);
    const loads = survey.emptyLoads();
    return { ...decide(turns(survey, choices), loads, judge, choices), loads };
  }
}

type Outcome = Decided & {
  loads: ReturnType<Survey["emptyLoads"]>;
  method: Plan["method"];
  gap?: Gap;
  packingGap?: PackingGap;
  conflict?: Conflict;
};

function choicesOf(placements: readonly Placement[]): Map<string, Choice> {
  return new Map(
    placements.map(({ instance, node, onGpu, gpuDevices }) => [instance, { node, onGpu, gpuDevices }]),
  );
}

/** Those that stay come first, before all who are to have certain GPUs: what they hold is nobody else's. */
function turns({ requests }: Survey, choices: ReadonlyMap<string, Choice>) {
  const rankOf = ({ instance, was, wasGpuDevices }: Request) => {
    const choice = choices.get(instance.id);
    const stays = was !== undefined && choice?.node === was;
    const isKnown = choice?.gpuDevices !== undefined || (stays && wasGpuDevices !== undefined);
    return (stays ? 0 : 2) + (isKnown ? 0 : 1);
  };
  const ranks = new Map(requests.map((request) => [request, rankOf(request)]));
  return [...requests].sort((a, b) => ranks.get(a)! - ranks.get(b)!);
}

function withoutDevices({ node, onGpu }: Choice): Choice {
  return { node, onGpu };
}

function byInstance(a: { instance: string }, b: { instance: string }): number {
  return compare(a.instance, b.instance);
}
