import { describe, expect, it } from "vitest";
import { place } from "../../placement/place";
import { loadTopology } from "../../topology/load-topology";

const four = "stacks/clusters/brain-in-jar.yaml";
const two = "test/fixtures/clusters/seed.yaml";

const fileOf = (scenario: string) =>
  scenario === "hive-without-hint"
    ? `test/fixtures/scenarios/${scenario}.yaml`
    : `stacks/scenarios/${scenario}.yaml`;

/** `node score = parts` by instance. */
async function decisions(cluster: string, scenario: string): Promise<Record<string, string>> {
  const { placements } = await place(loadTopology({ cluster, scenario: fileOf(scenario) }));
  return Object.fromEntries(
    placements.map(({ instance, node, score, parts }) => [
      instance,
      `${node} ${score} = ${parts.map(({ points }) => points).join("+")}`,
    ]),
  );
}

/** Score of every node that could have taken the instance, the chosen one first. */
async function scores(cluster: string, scenario: string, instance: string): Promise<Record<string, number>> {
  const { placements } = await place(loadTopology({ cluster, scenario: fileOf(scenario) }));
  const placement = placements.find((candidate) => candidate.instance === instance)!;
  return Object.fromEntries([placement, ...placement.others].map(({ node, score }) => [node, score]));
}

describe("the four scenarios on four nodes", () => {
  it.each([
    ["split-brain", { split_brain_A: "jetson 65 = 20+20+15+0+10", split_brain_B: "rpi1 45 = 20+20+5+0+0" }],
    [
      "hive-cluster",
      {
        critic: "jetson 55 = 20+20+15+0+0",
        historian: "jetson 50 = 20+15+15+0+0",
        optimist: "jetson 55 = 30+10+15+0+0",
        pessimist: "rpi1 45 = 10+20+5+0+10",
      },
    ],
    [
      "hive-without-hint",
      {
        critic: "jetson 55 = 20+20+15+0+0",
        historian: "jetson 50 = 20+15+15+0+0",
        optimist: "jetson 55 = 30+10+15+0+0",
        pessimist: "host 45 = 20+20+5+0+0",
      },
    ],
    ["panopticon", { observer: "jetson 55 = 20+20+15+0+0", subject: "rpi1 45 = 10+20+5+0+10" }],
    ["prisoners-dilemma", { player_A: "rpi1 45 = 10+20+5+0+10", player_B: "rpi2 45 = 10+20+5+0+10" }],
  ])("%s", async (scenario, expected) => {
    expect(await decisions(four, scenario)).toEqual(expected);
  });

  it("settles ties by the smaller node and its name", async () => {
    expect(await scores(four, "split-brain", "split_brain_B")).toEqual({ rpi1: 45, rpi2: 45, host: 45 });
  });

  it("settles a tie by the GPU part", async () => {
    expect(await scores(four, "hive-cluster", "historian")).toEqual({ jetson: 50, host: 50 });
  });

  it("settles a tie by the preferred node", async () => {
    expect(await scores(four, "hive-cluster", "pessimist")).toEqual({
      rpi1: 45,
      host: 45,
      rpi2: 35,
      jetson: 35,
    });
  });
});

describe("the four scenarios on two nodes", () => {
  it.each([
    ["split-brain", { split_brain_A: "jetson 65 = 20+20+15+0+10", split_brain_B: "rpi1 45 = 20+20+5+0+0" }],
    [
      "hive-without-hint",
      {
        critic: "jetson 55 = 20+20+15+0+0",
        historian: "jetson 50 = 20+15+15+0+0",
        optimist: "jetson 55 = 30+10+15+0+0",
        pessimist: "rpi1 35 = 10+20+5+0+0",
      },
    ],
    ["panopticon", { observer: "jetson 55 = 20+20+15+0+0", subject: "rpi1 45 = 10+20+5+0+10" }],
  ])("%s", async (scenario, expected) => {
    expect(await decisions(two, scenario)).toEqual(expected);
  });

  it("settles the pessimist's tie by the GPU part", async () => {
    expect(await scores(two, "hive-without-hint", "pessimist")).toEqual({ rpi1: 35, jetson: 35 });
  });
});
