import * as pulumi from "@pulumi/pulumi";

/** One resource as the engine was asked to make it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly custom: boolean;
  /** Name of its parent, and of those it has to wait for, sorted. */
  readonly parent: string | undefined;
  readonly waitsFor: readonly string[];
}

/** What commands answer; the others are not read. */
const answers: readonly [RegExp, object][] = [
  [/-environment$/, { ok: true, python: "3.11.2", ray: "2.60.0", changed: true }],
  [/-run$/, { ok: true, result: { steps: 3 } }],
];

/** What the engine keeps of a first proposal. */
const stashed: Record<string, string> = {
  owner: "somebody@somewhere:/project#1",
  "mind-token": "f00d".repeat(16),
};

/** Stands in for the engine and records what is registered; outputs are the inputs. Proves what we ask for, not what becomes of it. */
export async function mockEngine(stack = "hive-cluster"): Promise<Registered[]> {
  const registered: Registered[] = [];
  const requests = new Map<string, Pick<Registered, "parent" | "waitsFor">>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        const request = requests.get(`${type}::${name}`);
        registered.push({ type, name, inputs, custom: custom ?? true, ...request! });
        if (type === "pulumi:index:Stash")
          return { id: `${name}-id`, state: { ...inputs, output: stashed[name] } };
        const [, answer] = answers.find(([pattern]) => pattern.test(name)) ?? [];
        return { id: `${name}-id`, state: { ...inputs, ...(answer && { stdout: JSON.stringify(answer) }) } };
      },
      call: () => ({}),
    },
    "berth",
    stack,
    false,
  );
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, ...more) => {
    const waitsFor = request.getDependenciesList().map(nameIn).sort();
    requests.set(`${request.getType()}::${request.getName()}`, {
      parent: nameIn(request.getParent()) || undefined,
      waitsFor,
    });
    return register(request, ...more);
  };
  return registered;
}

interface Monitor {
  registerResource(request: Request, ...more: unknown[]): unknown;
}

interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
}

const nameIn = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);

/** The value of an output; never settles for one that is unknown. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}
