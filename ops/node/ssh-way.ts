import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../../topology/connection";

/** What `ssh-setup` makes reachable: a node, or the jump host on the way to one. */
export interface SetUpMachine {
  /** For people. */
  readonly name: string;
  readonly connection: Connection;
}

/** As known_hosts writes it. */
export const addressOf = ({ host, port }: Pick<Connection, "host" | "port">): string =>
  port === 22 ? host : `[${host}]:${port}`;

/** The key that is to open a machine. */
export const keyPathOf = ({ keyPath }: Pick<Connection, "keyPath">): string =>
  (keyPath ?? join(homedir(), ".ssh", "id_ed25519")).replace(/^~(?=\/|$)/, homedir());

/**
 * The way to a machine before Berth's own connections work: strict about host keys, through its jump host if it has one, and by no
 * word of the user's configuration, as Berth's connections are.
 */
export class SshWay {
  readonly #folder = mkdtempSync(join(tmpdir(), "berth-way-"));

  constructor(private readonly knownHosts: string) {}

  /** Arguments of ssh, up to the host. */
  to({ connection }: SetUpMachine): string[] {
    const { port, jumpHost } = connection;
    const trusted = join(this.#folder, "trusted");
    const pinned = [connection, ...(jumpHost ? [jumpHost] : [])].filter(({ hostKey }) => hostKey);
    writeFileSync(trusted, pinned.map((one) => `${addressOf(one)} ${one.hostKey}\n`).join(""));
    const config = join(this.#folder, "config");
    const jump = jumpHost && [
      "Host jump",
      ...[`HostName ${jumpHost.host}`, `Port ${jumpHost.port}`, `User ${jumpHost.user}`, "BatchMode yes"],
      ...[`IdentityFile "${keyPathOf(jumpHost)}"`],
    ];
    const all = [
      ...["Host *", "StrictHostKeyChecking yes", "ConnectTimeout 10"],
      `UserKnownHostsFile "${trusted}" "${this.knownHosts}"`,
    ];
    writeFileSync(config, `${[...(jump ?? []), ...all].join("\n")}\n`);
    return ["-F", config, "-p", `${port}`, ...(jumpHost ? ["-J", "jump"] : [])];
  }

  /** The machine's host key as a line for known_hosts, by whoever answers; undefined: nobody does. Nothing is trusted for it. */
  hostKey(machine: SetUpMachine): string | undefined {
    const { host, port, jumpHost } = machine.connection;
    if (!jumpHost) {
      const args = ["-T", "5", "-t", "ed25519,ecdsa", "-p", `${port}`, "--", host];
      return best(spawnSync("ssh-keyscan", args, { encoding: "utf8" }).stdout);
    }
    const seen = join(this.#folder, "seen");
    rmSync(seen, { force: true });
    const options = [
      ...["BatchMode=yes", "PreferredAuthentications=none", "StrictHostKeyChecking=accept-new"],
      ...["HashKnownHosts=no", `UserKnownHostsFile="${seen}"`],
    ];
    const args = [...options.flatMap((one) => ["-o", one]), ...this.to(machine), "--", host, "true"];
    spawnSync("ssh", args, { stdio: "ignore" });
    return existsSync(seen) ? best(readFileSync(seen, "utf8")) : undefined;
  }

  end(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** One is enough, and the better one. */
function best(text: string): string | undefined {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.find((line) => line.includes(" ssh-ed25519 ")) ?? lines[0];
}
