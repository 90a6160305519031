import { pulumi, pulumiSetUp } from "./stack-state";

/** A Ray cluster over SSH nodes in a stack's outputs. */
export interface SshRayOutputs {
  readonly launcher?: "ssh";
  /** Of the head, `host:port`, as its nodes reach it. */
  readonly address: string;
  readonly clientAddress: string;
  /** The node that it is on. */
  readonly head: string;
  readonly versions?: { readonly python: string; readonly ray: string };
  /** Node by member. */
  readonly members: Readonly<Record<string, string>>;
  /** `[secret]` where secrets were not asked for. */
  readonly token: string;
}

/** What a stack's last update says of where everything is. */
export interface StackOutputs {
  readonly instances?: Readonly<
    Record<string, { readonly node: string; readonly address: string; readonly port?: number }>
  >;
  readonly rayClusters?: Readonly<Record<string, SshRayOutputs>>;
}

/** Reads the outputs of a stack from its state; contacts no machine. @param secrets also the tokens. Throws ConfigError. */
export async function stackOutputs(stack: string, secrets = false): Promise<StackOutputs> {
  const args = ["stack", "output", "--json", "--stack", stack, ...(secrets ? ["--show-secrets"] : [])];
  return JSON.parse(await pulumi(args, await pulumiSetUp()));
}
