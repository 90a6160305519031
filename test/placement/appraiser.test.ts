import fc from "fast-check";
import { expect, test } from "vitest";
import { Appraiser } from "../../placement/appraiser";
import { filters } from "../../placement/filters";
import { judgeBy } from "../../placement/judge";
import { Load } from "../../placement/load";
import { byRank } from "../../placement/rating";
import { requestsOf } from "../../placement/requests";
import { scores } from "../../placement/scores";
import { aNode, anInstance, aTopology, gb } from "../support/topology";

const ids = Array.from({ length: 24 }, (_, index) => `i${index}`);
const names = Array.from({ length: 6 }, (_, index) => `n${index}`);

const drawn = fc.record({
  nodes: fc.array(
    fc.record({ ram: fc.constantFrom(16, 16, 32), gpu: fc.boolean(), slots: fc.integer({ min: 2, max: 6 }) }),
    { minLength: names.length, maxLength: names.length },
  ),
  instances: fc.array(
    fc.record({
      ram: fc.integer({ min: 1, max: 3 }),
      gpu: fc.constantFrom("none" as const, "none" as const, "preferred" as const, "required" as const),
      affinity: fc.array(fc.constantFrom(...ids), { maxLength: 2 }),
      antiAffinity: fc.array(fc.constantFrom(...ids), { maxLength: 2 }),
      preferredNode: fc.option(fc.constantFrom(...names), { nil: undefined, freq: 3 }),
      was: fc.option(fc.constantFrom(...names), { nil: undefined, freq: 3 }),
      goes: fc.nat(),
    }),
    { minLength: ids.length, maxLength: ids.length },
  ),
});

test("what is remembered is what asking every node anew would give", () => {
  fc.assert(
    fc.property(drawn, ({ nodes, instances }) => {
      const topology = aTopology(
        nodes.map(({ ram, gpu, slots }, index) =>
          aNode({
            name: names[index]!,
            ramBytes: gb(ram),
            gpu,
            gpuMemoryBytes: gpu ? gb(4) : 0,
            maxInstances: slots,
          }),
        ),
        instances.map(({ ram, gpu, preferredNode, ...wishes }, index) =>
          anInstance({
            id: ids[index]!,
            ramBytes: gb(ram),
            gpu,
            gpuMemoryBytes: gpu === "none" ? 0 : gb(2),
            ...(preferredNode && { preferredNode }),
            affinity: wishes.affinity,
            antiAffinity: wishes.antiAffinity.filter((other) => other !== ids[index]),
          }),
        ),
      );
      const previous = Object.fromEntries(
        instances.flatMap(({ was }, index) => (was ? [[ids[index]!, { node: was }]] : [])),
      );
      const requests = requestsOf({ ...topology, observed: { ...topology.observed, previous } });
      const judge = judgeBy(filters, scores);
      const loads = topology.cluster.nodes.map((node) => new Load(node));
      const appraiser = new Appraiser(loads, judge);
      for (const [index, request] of requests.entries()) {
        const offers = loads.map((load) => ({ request, load, takes: load.takesOf(request.instance) }));
        const refused = offers.flatMap((offer) => judge.refuse(offer) ?? []);
        const ratings = offers.filter((offer) => !judge.refuse(offer)).map((offer) => judge.rate(offer));
        const expected = ratings.sort(byRank).map(({ offer, score, parts }) => [offer.load, score, parts]);
        const found = appraiser.appraise(request, undefined);
        expect(found.ratings.map(({ offer, score, parts }) => [offer.load, score, parts])).toEqual(expected);
        expect(found.rejections).toEqual(refused);
        // Not always the best: any load may change at any time.
        const { offer } = found.ratings[instances[index]!.goes % found.ratings.length] ?? {};
        if (!offer) continue;
        offer.load.add(request.instance, offer.takes);
        appraiser.placed(request, offer.load);
      }
    }),
    { numRuns: 60, seed: 2 },
  );
});
