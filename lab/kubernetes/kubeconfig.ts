import { dump } from "js-yaml";

/** How a client reaches an API server and who it is there. */
export interface KubeconfigArgs {
  readonly server: string;
  /** Path of the certificate that the server's must come from. */
  readonly certificateAuthority: string;
  readonly token: string;
  readonly context: string;
  /** Whether clients that name no context get this one. */
  readonly isCurrent: boolean;
}

/** The text of a kubeconfig. It holds the token: for files that only their owner can read. */
export function kubeconfig(args: KubeconfigArgs): string {
  const { server, certificateAuthority, token, context, isCurrent } = args;
  return dump({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster: { server, "certificate-authority": certificateAuthority } }],
    users: [{ name: context, user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    ...(isCurrent && { "current-context": context }),
  });
}
