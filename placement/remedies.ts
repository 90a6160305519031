import type { Node } from "../topology/node";
import type { Topology } from "../topology/topology";
import { showGb } from "../topology/units";
import { Arrangement } from "./arrangement";
import { changed } from "./changed";
import { compare } from "./compare";
import type { Solution } from "./integer-program";
import type { Judge } from "./judge";
import { kindsOf } from "./kinds";
import { PlacementProgram, terms, total } from "./placement-program";
import { portsOf, portUse } from "./ports";
import type { Problem } from "./problem";
import { search } from "./search";
import { mostWhole } from "./sizes";
import { smallerGroups } from "./smaller-groups";
import type { Highs } from "./solver";
import { surveyOf } from "./survey";
import { trials } from "./trials";

/** More would be a search of its own: trials, and variables in all of them together. */
const mostTrials = 60;
const mostVariables = 8_000;
const effort = { branches: 200, work: 4e5 };

/**
 * What would let the conflicting instances be placed together, each tried by itself: a smaller demand, a larger node,
 * one constraint less. Whether the others of the scenario fit as well is another question.
 */
export function remedies(whole: Topology, judge: Judge, ids: readonly string[], highs: Highs): string[] {
  const ports = portsOf(whole);
  const portless = (use: "peers" | "ray") =>
    scenario.instances.some((one) => conflicting.has(one.id) && portUse(one) === use && !ports.has(one.id));
  const conflicting = new Set(ids);
  const scenario = whole.scenario;
  if (portless("peers")) return morePorts(whole, "peer");
  if (portless("ray")) return morePorts(whole, "ray");
  const topology: Topology = {
    ...whole,
    scenario: { ...scenario, instances: scenario.instances.filter(({ id }) => conflicting.has(id)) },
  };
  const nodes = [...topology.cluster.nodes].sort((a, b) => compare(a.name, b.name));
  const instances = [...topology.scenario.instances].sort((a, b) => compare(a.id, b.id));
  let variables = mostVariables;
  const groups = smallerGroups(whole, ids, (situation) => fits(problemOf(situation)));
  return [...moves(), ...groups, ...smallerDemand(), ...largerNode(), ...withoutOneConstraint()];

  function moves(): string[] {
    if (topology.scenario.allowMoves) return [];
    const allowed = { ...topology, scenario: { ...topology.scenario, allowMoves: true } };
    const { problem } = surveyOf(allowed, judge);
    const found = search(problem(), highs);
    if (found.kind !== "placed") return [];
    const { previous } = topology.observed;
    const moved = [...found.choices].flatMap(([id, { node }]) =>
      Object.hasOwn(previous, id) && previous[id]!.node !== node
        ? [`${id} moves ${previous[id]!.node} → ${node}`]
        : [],
    );
    return [`allow_moves: true would do: ${moved.sort().join(", ")}`];
  }

  function smallerDemand(): string[] {
    const largest = [...instances].sort((a, b) => b.ramBytes - a.ramBytes || compare(a.id, b.id))[0]!;
    const tiny = changed(topology, { instance: largest.id, to: { ramBytes: 1 } });
    const rooms = nodes.map(({ name }) => ({ name, bytes: roomFor(largest.id, name, tiny) }));
    const best = rooms.sort((a, b) => b.bytes - a.bytes || compare(a.name, b.name))[0];
    if (!best || best.bytes <= 0 || best.bytes >= largest.ramBytes) return [];
    return [`${largest.id} would fit with ${showGb(best.bytes, Math.floor)} of RAM, on ${best.name}`];
  }

  /** The most RAM an instance could have on a node while all the others of the conflict are placed too. */
  function roomFor(id: string, node: string, situation: Topology): number {
    const problem = problemOf(situation);
    const program = affordable(problem);
    if (!program) return 0;
    // It is so small that it is a kind of its own.
    const own = program.picks.filter(({ kind }) => kind.demands[0]!.request.instance.id === id);
    for (const { option, variable } of own) if (option.node !== node) program.limit(variable, 0);
    const here = program.picks.filter(({ option }) => option.node === node);
    const unit = 1e-6;
    const answer = program.maximize(
      terms(here, ({ takes }) => -takes.ramBytes * unit),
      highs,
      effort,
    );
    if (answer.kind !== "solution" || !isReal(program, answer, problem)) return 0;
    const taken = total(
      terms(here, ({ takes }) => takes.ramBytes),
      answer.values.map(Math.round),
    );
    return problem.rooms.find((room) => room.node === node)!.ramBytes - (taken - 1);
  }

  function largerNode(): string[] {
    const most = instances.reduce((sum, { ramBytes, gpuMemoryBytes }) => sum + ramBytes + gpuMemoryBytes, 0);
    const missing = surveyOf(topology, judge)
      .emptyLoads()
      .flatMap(({ node, foreignBytes }) => {
        const { name, reservedRamBytes, ramBytes } = node;
        const enough = ramBytes + Math.max(0, moreRam(node, foreignBytes + most));
        const to = { ramBytes: Math.ceil(enough), reservedRamBytes };
        const taken = leastOn(name, changed(topology, { node: name, to }));
        if (taken === undefined) return [];
        const bytes = moreRam(node, foreignBytes + taken);
        return bytes > 0 ? [{ name, bytes }] : [];
      });
    const least = missing.sort((a, b) => a.bytes - b.bytes || compare(a.name, b.name))[0];
    return least
      ? [`${least.name} misses least: ${showGb(least.bytes, Math.ceil)} of RAM more would do`]
      : [];
  }

  /** The least that a node must hold while all are placed. */
  function leastOn(node: string, situation: Topology): number | undefined {
    const problem = problemOf(situation);
    const program = affordable(problem);
    if (!program) return undefined;
    const here = program.picks.filter(({ option }) => option.node === node);
    const answer = program.maximize(
      terms(here, ({ takes }) => -takes.ramBytes * 1e-6),
      highs,
      effort,
    );
    if (answer.kind !== "solution" || !isReal(program, answer, problem)) return undefined;
    return total(
      terms(here, ({ takes }) => takes.ramBytes),
      answer.values.map(Math.round),
    );
  }

  function withoutOneConstraint(): string[] {
    return trials(topology, instances, nodes)
      .slice(0, mostTrials)
      .flatMap(({ text, situation }) => (fits(problemOf(situation)) ? [text] : []));
  }

  function fits(problem: Problem): boolean {
    const program = affordable(problem);
    const answer = program?.maximize([], highs, effort);
    return answer?.kind === "solution" && isReal(program!, answer, problem);
  }

  /** Whether each GPU has the room that they have in all. */
  function isReal(program: PlacementProgram, { values }: Solution, problem: Problem): boolean {
    if (!program.sumsUpGpus) return true;
    const arrangement = new Arrangement(problem, kindsOf(problem, "nothing"));
    arrangement.take(program.choices(values));
    return arrangement.cost.missing === 0;
  }

  /** The program in which all are placed, while there is anything left to spend on it. */
  function affordable(problem: Problem): PlacementProgram | undefined {
    if (variables <= 0) return undefined;
    const program = PlacementProgram.ofAll(problem, "nothing");
    variables -= program.variables;
    return program.variables > mostWhole ? undefined : program;
  }

  function problemOf(situation: Topology): Problem {
    return surveyOf(situation, judge).problem();
  }
}

/** A range with a port for everybody. */
function morePorts(topology: Topology, kind: "peer" | "ray"): string[] {
  const { cluster, scenario } = topology;
  const use = kind === "ray" ? "ray" : "peers";
  const wanted = scenario.instances.filter((one) => portUse(one) === use);
  const { start, end: now } = cluster[`${kind}Ports`];
  for (let end = now + 1; end <= 65_535; end++) {
    const ports = portsOf({ ...topology, cluster: { ...cluster, [`${kind}Ports`]: { start, end } } });
    if (wanted.every(({ id }) => ports.has(id)))
      return [
        `with a ${kind}_port_range that ends at ${end} each would have ${kind === "ray" ? "its ports" : "a port"}`,
      ];
  }
  return [];
}

/** RAM a node would need on top of its own to hold so much: headroom grows with RAM. */
function moreRam({ ramBytes, reservedRamBytes, memoryHeadroom }: Node, held: number): number {
  const usable = 1 - memoryHeadroom.require;
  return Math.max(held + reservedRamBytes, held / usable) - ramBytes;
}
