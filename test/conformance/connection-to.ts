import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { Sshd } from "../../lab/sshd";

/** The `connection` of a remote command to a node, which must prove itself by its host key. */
export const connectionTo = ({ address, port, keyPath, hostKey }: Sshd) => ({
  host: address,
  port,
  user: userInfo().username,
  privateKey: readFileSync(keyPath, "utf8"),
  hostKey,
});
