export interface RayStatusArgs {
  readonly stack: string;
  /** The head's. */
  readonly node: string;
  /** The cluster's folder there, which may begin with `~/`. */
  readonly folder: string;
  /** Of the head, `host:port`. */
  readonly address: string;
}

/**
 * `ray status` as one line for a shell in this project's folder: over the connection that Berth itself uses, with its key, pinned
 * host key and jump host. Whatever the folder is called, neither shell on the way reads anything into it but `~/`.
 */
export function rayStatusCommand({ stack, node, folder, address }: RayStatusArgs): string {
  const path = folder.replace(/[^\w/.~-]/gu, "\\$&");
  const python = `${path}/venv/bin/python -m ray.scripts.scripts`;
  const onNode = `RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH=${path}/token ${python} status --address ${address}`;
  return `./berth ssh ${stack} ${node} '${onNode.replaceAll("'", "'\\''")}'`;
}
