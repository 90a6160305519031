import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ConfigError } from "../../topology/config-error";
import { loadTopology } from "../../topology/load-topology";
import type { Topology } from "../../topology/topology";

export const goodCluster = `cluster: {name: lab}
nodes:
  - {name: jetson, host: 192.0.2.1, ssh_user: u, type: jetson_orin, ram_gb: 64, gpu: true, max_instances: 4}
  - {name: rpi1, host: 192.0.2.2, ssh_user: u, type: raspberry_pi, ram_gb: 8, max_instances: 1}
`;

export const goodScenario = `name: duo
instances:
  - {instance_id: alpha, ram_gb: 1}
  - {instance_id: beta, ram_gb: 1}
`;

/** One node with these lines in place of, or beside, the good ones. */
export const node = (...lines: string[]) => ({
  "cluster.yaml": [
    "cluster: {name: lab}",
    "nodes:",
    "  - name: jetson",
    "    host: 192.0.2.1",
    "    ssh_user: u",
  ]
    .concat(lines.map((line) => `    ${line}`))
    .join("\n"),
});
export const sound = ["ram_gb: 64", "max_instances: 4"];
/** `alpha` with these lines, beside `beta`. */
export const instance = (...lines: string[]) => ({
  "scenario.yaml": ["name: duo", "instances:", "  - {instance_id: beta, ram_gb: 1}", "  - instance_id: alpha"]
    .concat(lines.map((line) => `    ${line}`))
    .join("\n"),
});
export const cluster = (...lines: string[]) => ({ "cluster.yaml": `${goodCluster}${lines.join("\n")}\n` });
export const scenario = (...lines: string[]) => ({ "scenario.yaml": `${goodScenario}${lines.join("\n")}\n` });

/** Loads texts as if they were files beside each other: `cluster.yaml`, `scenario.yaml`, and any others. */
export function load(files: Record<string, string | Uint8Array>): Topology {
  const directory = mkdtempSync(join(tmpdir(), "berth-topology-"));
  try {
    // The default command's program, wherever a test puts its code.
    const programs = { "main.py": "", "src/main.py": "" };
    const all = { ...programs, "cluster.yaml": goodCluster, "scenario.yaml": goodScenario, ...files };
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(join(directory, dirname(name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return loadTopology({
      cluster: join(directory, "cluster.yaml"),
      scenario: join(directory, "scenario.yaml"),
      ...("connections.yaml" in files && { connections: join(directory, "connections.yaml") }),
    });
  } catch (error) {
    // The directory's name is new each time, and would hide the lines that matter.
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.issues.map((issue) => issue.replace(/\S*berth-topology-[^/]*\//g, "")));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What loading the texts says is wrong with them; "" when nothing is. */
export function mistakes(files: Record<string, string | Uint8Array>): string {
  try {
    load(files);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}
