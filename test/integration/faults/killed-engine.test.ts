/**
 * The engine is killed with SIGKILL at every step it prints: then the same command again finishes the work, exactly one process runs,
 * and destroy leaves nothing. What the killed engine had started on the node may still be under way meanwhile.
 * That ./berth up and ./berth destroy clear the lock of the dead by themselves is proved in safety.test.ts.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { clearStaleLocks } from "../../../ops/stack/stale-locks";
import { describeIsolated } from "../../support/isolated-test";
import { machines, nothing, sleepers, TestBed } from "../../support/test-bed";

/** All steps of this stack that contact a node or change what the state knows of one, in order. */
const steps = ["one-preflight", "one-code", "one-roster", "a-janitor", "a-start"];
const ofUp = steps.flatMap((name) => [`${name} creating`, `${name} created`]);
const ofDestroy = steps.toReversed().flatMap((name) => [`${name} deleting`, `${name} deleted`]);
const destroy = ["destroy", "--yes", "--skip-preview"];

describeIsolated("engine killed", () => {
  let bed: TestBed;
  beforeAll(async () => {
    bed = await TestBed.open({
      isolated: {},
      cluster: machines(["one", "two"]),
      scenario: sleepers(["a"], { code: { local_path: "code" }, placement: { a: "one" } }, { ram_gb: 0.1 }),
    });
    bed.writeCode("main.py", "print('code')");
  });
  afterAll(() => bed.close());

  /** The steps of commands that a run printed. */
  const printed = (output: string) =>
    [...output.matchAll(/ command:\w+:Command (\S+ (?:creat|delet)(?:ing|ed)) /g)].map((match) => match[1]);

  test("the steps below are all there are", async () => {
    const up = await bed.up();
    expect([...new Set(printed(up.output))], up.output).toEqual(ofUp);
    const destroyed = await bed.destroy();
    expect([...new Set(printed(destroyed.output))], destroyed.output).toEqual(ofDestroy);
    expect(bed.left()).toEqual(nothing);
  });

  test.each(ofUp.map((step, index) => [step, ofDestroy[index]!]))(
    "up killed at %s and destroy killed at %s: each again finishes",
    async (upStep, destroyStep) => {
      const { stack, env } = bed.workspace;
      await bed.killEngineAt(upStep);
      await clearStaleLocks(stack, env);
      const { status, output } = await bed.up();
      expect(status, output).toBe(0);
      expect(bed.left().processes.filter((line) => line.includes("import time")).length).toBe(1);

      await bed.killEngineAt(destroyStep, destroy);
      await clearStaleLocks(stack, env);
      const destroyed = await bed.destroy();
      expect(destroyed.status, destroyed.output).toBe(0);
      expect(bed.left()).toEqual(nothing);
    },
  );
});
