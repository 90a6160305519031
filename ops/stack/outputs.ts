import { pulumi, pulumiSetUp } from "./state";

interface AnyRayOutputs {
  /** What a client has to have; absent in a state of an older Berth. */
  readonly versions?: { readonly python?: string; readonly ray: string };
  /** `[secret]` where secrets were not asked for; absent where the cluster asks for none. */
  readonly token?: string;
}

/** A Ray cluster over SSH nodes. */
export interface SshRayOutputs extends AnyRayOutputs {
  readonly launcher?: undefined;
  /** Of the head, `host:port`, as its nodes reach it. */
  readonly address: string;
  /** The node that it is on. */
  readonly head: string;
  /** Node by member. */
  readonly members: Readonly<Record<string, string>>;
}

/** A Ray cluster of Kubernetes, the stack's own or somebody else's. */
export interface KubeRayOutputs extends AnyRayOutputs {
  readonly launcher: "kuberay";
  readonly name: string;
  readonly namespace: string;
  readonly context: string;
  readonly members?: Readonly<Record<string, string>>;
}

export type RayOutputs = SshRayOutputs | KubeRayOutputs;

/** What a stack's last update says of where everything is. */
export interface StackOutputs {
  readonly instances?: Readonly<
    Record<string, { readonly node: string; readonly address: string; readonly port?: number }>
  >;
  readonly rayClusters?: Readonly<Record<string, RayOutputs>>;
  readonly sharedRayClusters?: Readonly<Record<string, KubeRayOutputs>>;
}

/** Every Ray cluster that a stack has or uses, by its name. */
export const rayClustersOf = ({
  rayClusters,
  sharedRayClusters,
}: StackOutputs): Record<string, RayOutputs> => ({
  ...rayClusters,
  ...sharedRayClusters,
});

/** Reads the outputs of a stack from its state; contacts no machine. @param secrets also the tokens. Throws ConfigError. */
export async function stackOutputs(stack: string, secrets = false): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack, ...(secrets ? ["--show-secrets"] : [])];
  return JSON.parse(await pulumi(args, await pulumiSetUp()));
}
