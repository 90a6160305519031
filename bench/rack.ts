import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { dump } from "js-yaml";
import { type Sshd, startSshd } from "../lab/sshd";

/** SSH servers of this computer that stand for a rack of equal machines. */
export interface Rack {
  readonly connections: string;
  /** That of a stack on all of them. */
  readonly stackFile: string;
  readonly servers: readonly Sshd[];
  readonly logs: readonly string[];
}

/**
 * So many SSH servers that admit one key, as a rack's do. A login there begins in a shell that ran no .bashrc: what the developer of
 * this computer has in it is no part of what is measured.
 */
export async function rackUp(folder: string, names: readonly string[]): Promise<Rack> {
  const servers: Sshd[] = [];
  const nodes: Record<string, object> = {};
  for (const [index, name] of names.entries()) {
    const [directory, workDir, facts] = ["sshd", "work", "facts.json"].map((part) =>
      join(folder, name, part),
    );
    mkdirSync(workDir!, { recursive: true });
    mkdirSync(directory!, { mode: 0o700 });
    writeFileSync(facts!, JSON.stringify({ ram_bytes: 64e9 }));
    if (servers[0])
      for (const file of ["client_key", "client_key.pub"])
        cpSync(join(folder, names[0]!, "sshd", file), join(directory!, file));
    const server = await startSshd({
      directory: directory!,
      address: `127.0.2.${index + 1}`,
      options: [`SetEnv "BERTH_LAB_FACTS=${facts}" SHLVL=1`],
    });
    servers.push(server);
    nodes[name] = {
      host: server.address,
      ssh_port: server.port,
      ssh_user: userInfo().username,
      ssh_key_path: servers[0]!.keyPath,
      host_key: server.hostKey,
      remote_work_dir: workDir,
    };
  }
  const connections = join(folder, "connections.yaml");
  writeFileSync(connections, dump({ nodes }));
  const stackFile = writeStack(folder, names, connections);
  return {
    connections,
    stackFile,
    servers,
    logs: names.map((name) => join(folder, name, "sshd", "sshd.log")),
  };
}

/** A stack file of equal machines, with all that is written for it in `folder`. */
function writeStack(folder: string, names: readonly string[], connections: string): string {
  const machine = { type: "host", ram_gb: 64, max_instances: 20, host: "192.0.2.1", ssh_user: "nobody" };
  const instance = { instance_id: "sleeper", ram_gb: 1, command: ["sleep", "1000"] };
  const written = {
    cluster: { cluster: { name: "bench" }, nodes: names.map((name) => ({ name, ...machine })) },
    scenario: { name: "bench", instances: [instance] },
    "Pulumi.bench": {
      config: {
        "berth:cluster": join(folder, "cluster.yaml"),
        "berth:scenario": join(folder, "scenario.yaml"),
        "berth:connections": connections,
        "berth:facts": join(folder, "facts.json"),
        "berth:gone": join(folder, "gone"),
        "berth:drained": join(folder, "drained"),
      },
    },
  };
  for (const [name, content] of Object.entries(written))
    writeFileSync(join(folder, `${name}.yaml`), dump(content));
  return join(folder, "Pulumi.bench.yaml");
}

/** How often somebody has logged in, as the servers logged it. */
export function logins({ logs }: Rack): number {
  return logs.reduce(
    (sum, log) => sum + (readFileSync(log, "utf8").match(/Accepted publickey/g)?.length ?? 0),
    0,
  );
}
