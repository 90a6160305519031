import type { Topology } from "../topology/topology";
import { compare } from "./compare";
import { conflictOf, notProven } from "./conflict";
import { type Choice, type Decided, decide } from "./decide";
import { filters as allFilters } from "./filters";
import { judgeBy } from "./judge";
import { withMoves } from "./moves";
import { outweighed } from "./outweighed";
import type { Conflict, Plan } from "./plan";
import type { Problem } from "./problem";
import { repaired } from "./repair";
import { scores as allScores } from "./scores";
import { search } from "./search";
import { solver } from "./solver";
import { type Survey, surveyOf } from "./survey";
import { withDeciders } from "./with-deciders";

/**
 * Decides which node each instance gets, and keeps why. Never throws for what does not fit: that is `unplaced`.
 * What runs stays; then one instance after the other takes the best node at its turn. Where that leaves somebody out or
 * moves what could stay, all placements are searched. The order in the files changes nothing.
 */
export async function place(topology: Topology, filters = allFilters, scores = allScores): Promise<Plan> {
  const { cluster, scenario, observed } = topology;
  const judge = judgeBy(filters, scores);
  const survey = surveyOf(topology, judge);
  const { placements, unplaced, loads, method, conflict } = await decideAll();
  return {
    scenario: scenario.name,
    cluster: cluster.name,
    placements: withMoves(withDeciders(placements, method !== "repaired"), survey).sort(byInstance),
    unplaced: unplaced.sort(byInstance),
    nodes: loads.map((load) => load.summary()),
    method,
    ...(conflict && { conflict }),
    ...(observed.facts && { factsAgeSeconds: observed.facts.ageSeconds }),
  };

  async function decideAll(): Promise<Outcome> {
    const greedy = decideFrom(survey.holding.map(({ instance, was }) => [instance.id, { node: was! }]));
    const isComplete = greedy.unplaced.length === 0 && survey.holding.length === survey.stayers.size;
    if (isComplete) return { ...greedy, method: "greedy" };
    const problem = survey.problem();
    if (isLarge(problem)) return decideLarge(greedy);
    const highs = await solver();
    const found = search(problem, highs);
    if (found.kind !== "placed")
      return {
        ...greedy,
        method: "greedy",
        conflict: conflictOf(topology, judge, problem, found.kind, highs),
      };
    const decided = decideFrom([...found.choices]);
    return {
      ...outweighed(decided, problem, highs),
      loads: decided.loads,
      method: found.proven ? "exact" : "repaired",
    };
  }

  /** Too large to be searched as a whole: what is found holds, but what is not found is not proven to be impossible. */
  function decideLarge(greedy: ReturnType<typeof decideFrom>): Outcome {
    const left = new Set(greedy.unplaced.map(({ instance }) => instance));
    const leftOut = survey.requests.filter(({ instance }) => left.has(instance.id));
    const placed = new Map(greedy.placements.map(({ instance, node, onGpu }) => [instance, { node, onGpu }]));
    const choices = repaired(leftOut, placed, survey.requests, greedy.loads, judge);
    if (choices) return { ...decideFrom(choices), method: "repaired" };
    return { ...decideFrom(placed), method: "greedy", conflict: notProven };
  }

  function decideFrom(choices: Iterable<[string, Choice]>) {
    const loads = survey.emptyLoads();
    return { ...decide(turns(survey, new Map(choices)), loads, judge, new Map(choices)), loads };
  }
}

/** About 20 instances on 10 nodes: beyond it a search takes longer than a preview may. */
const mostOptions = 200;

/** One that fits nowhere needs no search, however large the problem. */
function isLarge({ demands }: Problem): boolean {
  if (demands.some(({ options }) => options.length === 0)) return false;
  return demands.reduce((sum, { options }) => sum + options.length, 0) > mostOptions;
}

type Outcome = Decided & {
  loads: ReturnType<Survey["emptyLoads"]>;
  method: Plan["method"];
  conflict?: Conflict;
};

/** Those that stay come first: what they hold is nobody else's. */
function turns({ requests }: Survey, choices: ReadonlyMap<string, Choice>) {
  const stays = requests.filter(
    ({ instance, was }) => was !== undefined && choices.get(instance.id)?.node === was,
  );
  const known = new Set(stays);
  return [...stays, ...requests.filter((request) => !known.has(request))];
}

function byInstance(a: { instance: string }, b: { instance: string }): number {
  return compare(a.instance, b.instance);
}
