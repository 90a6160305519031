import { readFileSync } from "node:fs";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { nodeProgram } from "./node-program";
import type { SshAccess } from "./ssh-access";

/** Verbs of the node's supervisor that change something there. Each is an *ensure*: running it twice changes nothing more. */
export type RemoteVerb = "preflight" | "roster" | "start" | "stop" | "purge";

/** Seconds after which a verb ends itself on the node, so that no update waits for ever. */
const deadlineSeconds: Record<RemoteVerb, number> = {
  preflight: 60,
  roster: 120,
  start: 120,
  stop: 120,
  purge: 180,
};

export interface RemoteCommandArgs {
  /**
   * Where this happens: the node's name (never its address), and what else makes it another place. A change means that the old
   * place is left before the new one is entered.
   */
  readonly place: readonly pulumi.Input<string>[];
  readonly access: SshAccess;
  /** Runs at create and at every change. Without it nothing is contacted before `undo`. */
  readonly ensure?: RemoteVerb;
  /** Runs at delete, with the request and the connection of the last success. */
  readonly undo?: RemoteVerb;
  /** Parameters of the verbs. They travel as JSON on stdin, never in a command line. */
  readonly request: pulumi.Input<Record<string, unknown>>;
}

/**
 * One verb on one node over SSH: the only place in Berth that runs anything on a machine.
 * What each option below prevents is tested in test/components/remote-command.test.ts.
 */
export function remoteCommand(
  name: string,
  args: RemoteCommandArgs,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): remote.Command {
  const deadline = deadlineSeconds[args.ensure ?? args.undo ?? "start"];
  return new remote.Command(
    name,
    {
      connection: connection(args.access),
      create: args.ensure && commandLine(args.ensure),
      update: args.ensure && commandLine(args.ensure),
      delete: args.undo && commandLine(args.undo),
      stdin: pulumi
        .output(args.request)
        .apply((request) => nodeProgram({ deadline_s: deadline, ...request })),
      triggers: [...args.place],
      addPreviousOutputInEnv: false,
      logging: "none",
    },
    { ...opts, deleteBeforeReplace: true, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}

/** Fixed text, the same for every node and user. The login shell may be fish or tcsh: so one `exec`, and sh only where it must. */
function commandLine(verb: RemoteVerb): string {
  if (verb !== "preflight") return `exec python3 -I - ${verb}`;
  // The engine quotes the command with every failure: so that it does not name this one, its name is put together there.
  const missing = 'echo "berth: Python$m: this node has no $p; type  sudo apt-get install $p" >&2; exit 127';
  return `exec /bin/sh -c 'p=python3 m=Missing; command -v $p >/dev/null || { ${missing}; }; exec $p -I - ${verb}'`;
}

/** Wrong keys and dead hosts fail within seconds: the default of ten dial errors makes minutes of them. */
function connection(access: SshAccess): NonNullable<remote.CommandArgs["connection"]> {
  const login = ({ host, port, user, hostKey, keyPath }: SshAccess) => ({
    host,
    port,
    user,
    hostKey,
    ...(keyPath ? { privateKey: pulumi.secret(readFileSync(keyPath, "utf8")) } : {}),
    dialErrorLimit: 2,
    perDialTimeout: 15,
  });
  return { ...login(access), ...(access.jump ? { proxy: login(access.jump) } : {}) };
}
