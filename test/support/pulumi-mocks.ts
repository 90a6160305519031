import * as pulumi from "@pulumi/pulumi";

/** One resource as the engine was asked to make it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly custom: boolean;
}

/** Stands in for the engine and records what is registered; outputs are the inputs. Proves what we ask for, not what becomes of it. */
export async function mockEngine(stack = "hive-cluster"): Promise<Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        registered.push({ type, name, inputs, custom: custom ?? true });
        const state =
          type === "pulumi:index:Stash" ? { ...inputs, output: "somebody@somewhere:/project#1" } : inputs;
        return { id: `${name}-id`, state };
      },
      call: () => ({}),
    },
    "berth",
    stack,
    false,
  );
  return registered;
}

/** The value of an output; never settles for one that is unknown. */
export function settled<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value));
  });
}
