/**
 * Random sequences of up, edit, kill -9, cut, power cut, reboot and destroy on two isolated nodes. After each command: no instance
 * runs twice, and nothing runs that the engine's state does not know. An update or a destroy fails only while a node cannot be
 * reached, and after one that succeeds what runs is what is written. At the end of each sequence all is destroyed, and nothing is left.
 * BERTH_MODEL_RUNS and BERTH_MODEL_SEED make it longer and other.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { clearStaleLocks } from "../../../ops/stack/stale-locks";
import { describeIsolated } from "../../support/isolated-test";
import { machines, nothing, TestBed } from "../../support/test-bed";

const nodes = ["one", "two"] as const;
const ids = ["a", "b", "c"] as const;
type NodeName = (typeof nodes)[number];
type Id = (typeof ids)[number];
/** Instances with their node and the version of their command. */
type Wanted = Partial<Record<Id, { readonly node: NodeName; readonly version: number }>>;

/** What is expected. */
interface Model {
  wanted: Wanted;
  readonly cut: Set<NodeName>;
  readonly off: Set<NodeName>;
  /** Instances that may have died with their node: only an update that starts them anew brings them back. */
  readonly lost: Set<Id>;
  /** Nothing has happened since an update that succeeded: another would only cost time. */
  fresh: boolean;
}

const first: Wanted = { a: { node: "one", version: 1 } };
const runs = Number(process.env.BERTH_MODEL_RUNS ?? 2);
const seed = Number(process.env.BERTH_MODEL_SEED ?? 39);

describeIsolated("model", () => {
  test("whatever happens, nothing runs twice or unknown, and all of it can be destroyed", {
    timeout: 7_200_000,
  }, async () => {
    const bed = await TestBed.open({
      isolated: {},
      cluster: machines(["one", "two"]),
      scenario: scenarioOf(first),
    });
    try {
      await fc.assert(
        fc.asyncProperty(fc.commands(commands, { maxCommands: 10, size: "max" }), async (sequence) => {
          const model: Model = {
            wanted: first,
            cut: new Set(),
            off: new Set(),
            lost: new Set(),
            fresh: false,
          };
          bed.write(scenarioOf(first));
          await fc.asyncModelRun(() => ({ model, real: bed }), sequence);
          for (const node of nodes) {
            await bed.fault("heal", node);
            if (model.off.has(node)) await bed.fault("reboot", node);
          }
          const { status, output } = await bed.destroy();
          expect(status, output).toBe(0);
          expect(bed.left()).toEqual(nothing);
        }),
        // A sequence takes a minute: the one that failed is told as it is.
        { seed, numRuns: runs, endOnFailure: true, verbose: 1 },
      );
    } finally {
      await bed.close();
    }
  });
});

abstract class Command implements fc.AsyncCommand<Model, TestBed> {
  check(_: Readonly<Model>): boolean {
    return true;
  }
  async run(model: Model, bed: TestBed): Promise<void> {
    if (process.env.BERTH_MODEL_RUNS) console.log(`${new Date().toISOString()} ${this}`);
    model.fresh = false;
    await this.act(model, bed);
    await settled(bed);
    const running = runningOn(bed);
    const twice = running.filter(({ id }, index) => running.findIndex((other) => other.id === id) !== index);
    expect(twice, `${this}: running twice`).toEqual([]);
    const known = await knownTo(bed);
    expect(
      running.filter(({ id }) => !known.has(id)),
      `${this}: not known to the state`,
    ).toEqual([]);
  }
  protected abstract act(model: Model, bed: TestBed): Promise<void>;
}

class Edit extends Command {
  constructor(private readonly wanted: Wanted) {
    super();
  }
  protected async act(model: Model, bed: TestBed): Promise<void> {
    model.wanted = this.wanted;
    bed.write(scenarioOf(this.wanted));
  }
  override toString = () => `edit ${JSON.stringify(this.wanted)}`;
}

class Up extends Command {
  override check = ({ fresh }: Readonly<Model>) => !fresh;
  protected async act(model: Model, bed: TestBed): Promise<void> {
    const { status, output } = await bed.up();
    if (status !== 0)
      return expect(unreachable(model), `up fails, while all is well:\n${output}`).not.toEqual([]);
    const wanted = Object.entries(model.wanted)
      .map(([id, one]) => ({ id: id as Id, ...one }))
      .sort((a, b) => a.id.localeCompare(b.id));
    const isSure = ({ id, node }: { id: Id; node: NodeName }) => !model.lost.has(id) && !model.off.has(node);
    const running = runningOn(bed);
    expect(running.filter(isSure), output).toEqual(wanted.filter(isSure));
    // What was lost runs as it is written, or not at all.
    for (const one of running) expect(wanted, output).toContainEqual(one);
    for (const { id } of running) model.lost.delete(id);
    model.fresh = true;
  }
  override toString = () => "up";
}

class KilledUp extends Command {
  constructor(private readonly step: number) {
    super();
  }
  override check = ({ fresh }: Readonly<Model>) => !fresh;
  protected async act(_: Model, bed: TestBed): Promise<void> {
    const engine = bed.workspace.start(["up", "--yes", "--skip-preview"]);
    let output = "";
    engine.stdout!.on("data", (chunk: Buffer) => {
      output += chunk;
      const steps = output.match(/ command:\w+:Command \S+ \w+ing /g)?.length ?? 0;
      if (steps > this.step) engine.kill("SIGKILL");
    });
    await new Promise((resolve) => engine.on("exit", resolve));
    await clearStaleLocks(bed.workspace.stack, bed.workspace.env);
  }
  override toString = () => `up, killed at step ${this.step}`;
}

class Destroy extends Command {
  protected async act(model: Model, bed: TestBed): Promise<void> {
    const { status, output } = await bed.destroy();
    if (status !== 0)
      return expect(unreachable(model), `destroy fails, while all is well:\n${output}`).not.toEqual([]);
    model.lost.clear();
    expect(bed.left(), output).toEqual(nothing);
  }
  override toString = () => "destroy";
}

class Happen extends Command {
  constructor(
    private readonly what: "cut" | "heal" | "kill" | "reboot",
    private readonly node: NodeName,
  ) {
    super();
  }
  /** One node at a time, so that most updates still do something. */
  override check = ({ cut, off }: Readonly<Model>) =>
    this.what === "heal" ? cut.has(this.node) : this.what === "reboot" || cut.size + off.size === 0;
  protected async act({ cut, off, lost }: Model, bed: TestBed): Promise<void> {
    if (this.what === "kill" || this.what === "reboot")
      for (const { id, node } of runningOn(bed)) if (node === this.node) lost.add(id);
    await bed.fault(this.what, this.node);
    if (this.what === "cut") cut.add(this.node);
    if (this.what === "heal") cut.delete(this.node);
    if (this.what === "kill") off.add(this.node);
    if (this.what === "reboot") off.delete(this.node);
  }
  override toString = () => `${this.what} ${this.node}`;
}

const wanted: fc.Arbitrary<Wanted> = fc.dictionary(
  fc.constantFrom(...ids),
  fc.record({ node: fc.constantFrom(...nodes), version: fc.integer({ min: 1, max: 2 }) }),
  { minKeys: 1, maxKeys: ids.length },
);
const commands = [
  wanted.map((one) => new Edit(one)),
  fc.constant(new Up()),
  fc.constant(new Up()),
  fc.nat(5).map((step) => new KilledUp(step)),
  fc.constant(new Destroy()),
  fc
    .tuple(fc.constantFrom("cut", "heal", "kill", "reboot"), fc.constantFrom(...nodes))
    .map(([what, node]) => new Happen(what as "cut", node)),
];

const unreachable = ({ cut, off }: Model) => [...cut, ...off];

function scenarioOf(wanted: Wanted): object {
  const entries = Object.entries(wanted);
  return {
    name: "model",
    placement: Object.fromEntries(entries.map(([id, { node }]) => [id, node])),
    instances: entries.map(([id, { version }]) => ({
      instance_id: id,
      ram_gb: 0.1,
      command: ["python3", "-c", "import time; time.sleep(100000)", "instance", id, `${version}`],
    })),
  };
}

/** The instances that run, by id, as the processes of the nodes show them. */
function runningOn(bed: TestBed): { id: Id; node: NodeName; version: number }[] {
  return nodes
    .flatMap((node) =>
      bed.processesOf(node).flatMap((line) => {
        const found = /time\.sleep\(100000\) instance (\w+) (\d+)$/.exec(line);
        return found ? [{ id: found[1] as Id, node, version: Number(found[2]) }] : [];
      }),
    )
    .sort((a, b) => a.id.localeCompare(b.id));
}

/** Resolves when nothing that a killed engine has started is under way on a node. */
async function settled(bed: TestBed): Promise<void> {
  const verbs = () =>
    nodes.flatMap((node) => bed.processesOf(node)).filter((line) => / -I -S - \w+$|^rsync /.test(line));
  await expect.poll(verbs, { timeout: 200_000 }).toEqual([]);
}

/** Instances of which the engine's state says how they are stopped. */
async function knownTo(bed: TestBed): Promise<Set<string>> {
  const { stack } = bed.workspace;
  const { output } = await bed.workspace.run(["pulumi", "stack", "export", "--stack", stack]);
  const { deployment } = JSON.parse(output) as { deployment: { resources?: { urn: string }[] } };
  return new Set((deployment.resources ?? []).flatMap(({ urn }) => /::(\w+)-janitor$/.exec(urn)?.[1] ?? []));
}
