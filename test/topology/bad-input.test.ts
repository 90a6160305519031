import { describe, expect, it } from "vitest";
import { ConfigError } from "../../topology/config-error";
import { loadTopology } from "../../topology/load-topology";
import { goodCluster, goodScenario, mistakes } from "../support/bad-input";

/** One node with these lines in place of, or beside, the good ones. */
const node = (...lines: string[]) => ({
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
const sound = ["ram_gb: 64", "max_instances: 4"];
/** `alpha` with these lines, beside `beta`. */
const instance = (...lines: string[]) => ({
  "scenario.yaml": ["name: duo", "instances:", "  - {instance_id: beta, ram_gb: 1}", "  - instance_id: alpha"]
    .concat(lines.map((line) => `    ${line}`))
    .join("\n"),
});
const cluster = (...lines: string[]) => ({ "cluster.yaml": `${goodCluster}${lines.join("\n")}\n` });
const scenario = (...lines: string[]) => ({ "scenario.yaml": `${goodScenario}${lines.join("\n")}\n` });

const bomb = [
  "a0: &a0 [x, x]",
  ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
];

describe("syntax", () => {
  it.each<[string, string, Record<string, string | Uint8Array>]>([
    [
      "an unclosed list",
      "cluster.yaml:2:1  not valid YAML: deficient indentation",
      { "cluster.yaml": "a: [1\nb: 2\n" },
    ],
    [
      "a tab",
      "cluster.yaml:2:1  not valid YAML: tab characters must not be used in indentation; use spaces",
      { "cluster.yaml": "cluster:\n\tname: lab\n" },
    ],
    ["an empty file", "cluster.yaml: the file is empty", { "cluster.yaml": "" }],
    ["nothing but comments", "cluster.yaml: the file is empty", { "cluster.yaml": "# later\n" }],
    [
      "two documents",
      "cluster.yaml:5:1  a second document starts above; write one per file",
      { "cluster.yaml": `${goodCluster}---\n${goodCluster}`.replace(/^ {2}- .*\n/m, "") },
    ],
    [
      "a key written twice",
      "cluster.yaml:3:48  nodes[0].ram_gb: written twice; keep one",
      {
        "cluster.yaml":
          "cluster: {name: lab}\nnodes:\n  - {name: a, host: h, ssh_user: u, ram_gb: 1, ram_gb: 2}\n",
      },
    ],
    [
      "an alias bomb",
      "cluster.yaml:1:1  its aliases (*name) expand to more than 1000000 values; write them out",
      { "cluster.yaml": bomb.join("\n") },
    ],
    [
      "an alias inside its own value",
      "cluster.yaml:1:8  a[0]: the alias *x names no value that ends above it",
      { "cluster.yaml": "a: &x [*x]\n" },
    ],
    [
      "a key that is a list",
      "cluster.yaml:1:1  a key must be plain text, not a list, a map or an alias",
      { "cluster.yaml": "? [a]\n: 1\n" },
    ],
    [
      "an unknown tag",
      "cluster.yaml:1:4  not valid YAML: unknown scalar tag !<!foo>",
      { "cluster.yaml": "a: !foo 1" },
    ],
    [
      "depth without end",
      "cluster.yaml:1:100  not valid YAML: nesting exceeded maxDepth (100)",
      { "cluster.yaml": "[".repeat(5000) },
    ],
    [
      "a binary file",
      "cluster.yaml:1:1  not valid YAML: null byte is not allowed in input",
      { "cluster.yaml": new Uint8Array([0, 1, 2, 255]) },
    ],
    [
      "50 MB",
      "cluster.yaml: 50 MB is too large for a file written by hand, at most 1 MB is read",
      { "cluster.yaml": "#".repeat(50_000_000) },
    ],
    [
      "both files at once",
      "cluster.yaml: the file is empty\nscenario.yaml: the file is empty",
      { "cluster.yaml": "", "scenario.yaml": "" },
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });

  it.each([
    ["nowhere.yaml", "nowhere.yaml: no such file"],
    ["test", "test: not a file"],
    ["/dev/zero", "/dev/zero: not a file"],
  ])("%s", (file, expected) => {
    const files = { cluster: file, scenario: "test/fixtures/scenarios/seed.yaml" };
    expect(() => loadTopology(files)).toThrow(new ConfigError([expected]));
  });
});

describe("the shape of a cluster", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "a word for a number",
      'cluster.yaml:7:20  nodes[0].max_instances: expected a whole number ≥ 1, got "four"',
      node("ram_gb: 64", "max_instances: four"),
    ],
    [
      "half an instance",
      "cluster.yaml:7:20  nodes[0].max_instances: expected a whole number ≥ 1, got 0.5",
      node("ram_gb: 64", "max_instances: 0.5"),
    ],
    [
      "no instances",
      "cluster.yaml:7:20  nodes[0].max_instances: expected a whole number ≥ 1, got 0",
      node("ram_gb: 64", "max_instances: 0"),
    ],
    [
      "what is missing",
      "cluster.yaml:3:5  nodes[0].ram_gb: missing, expected a size in GB from 0.001 to 100000",
      node("max_instances: 4"),
    ],
    [
      "a size in quotes",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "64"',
      node('ram_gb: "64"', "max_instances: 4"),
    ],
    [
      "a negative size",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -64",
      node("ram_gb: -64", "max_instances: 4"),
    ],
    [
      "not a number",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got NaN",
      node("ram_gb: .nan", "max_instances: 4"),
    ],
    [
      "infinity",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got Infinity",
      node("ram_gb: .inf", "max_instances: 4"),
    ],
    [
      "an absurd size",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got 1e+300",
      node("ram_gb: 1e300", "max_instances: 4"),
    ],
    [
      "an unknown key that looks like a known one",
      'cluster.yaml:8:5  nodes[0].max_instance: unknown key, did you mean "max_instances"?',
      node(...sound, "max_instance: 4"),
    ],
    [
      "an unknown key",
      "cluster.yaml:5:1  colour: unknown key; known: cluster, nodes, memory_headroom, network, health_check, failover",
      cluster("colour: blue"),
    ],
    [
      "an unknown type",
      'cluster.yaml:8:11  nodes[0].type: expected one of: jetson_orin, raspberry_pi, host, gb10, generic, got "jetson_orion", did you mean "jetson_orin"?',
      node(...sound, "type: jetson_orion"),
    ],
    [
      "yes for true",
      'cluster.yaml:8:10  nodes[0].gpu: expected true or false, got "yes"',
      node(...sound, "gpu: yes"),
    ],
    [
      "an unknown status",
      'cluster.yaml:8:13  nodes[0].status: expected one of: healthy, degraded, maintenance, unavailable, got "resting"',
      node(...sound, "status: resting"),
    ],
    [
      "a key without its value",
      "cluster.yaml:8:5  nodes[0].reserved_ram_gb: expected a size in GB from 0 to 100000, got nothing",
      node(...sound, "reserved_ram_gb:"),
    ],
    [
      "a host that would be an option",
      'cluster.yaml:3:26  nodes[0].host: expected a host name or address, got "-oProxyCommand=x"',
      { "cluster.yaml": goodCluster.replace("192.0.2.1", "-oProxyCommand=x") },
    ],
    [
      "a name that would be a path",
      "cluster.yaml:4:12  nodes[1].name: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \"../rpi1\"",
      { "cluster.yaml": goodCluster.replace("rpi1", "../rpi1") },
    ],
    [
      "a directory that climbs",
      "cluster.yaml:8:22  nodes[0].remote_work_dir: expected an absolute path below /, or one that starts with ~/, without '..', got \"/home/../etc\"",
      node(...sound, "remote_work_dir: /home/../etc"),
    ],
    [
      "a relative directory",
      "cluster.yaml:8:22  nodes[0].remote_work_dir: expected an absolute path below /, or one that starts with ~/, without '..', got \"berth\"",
      node(...sound, "remote_work_dir: berth"),
    ],
    [
      "the whole file system",
      "cluster.yaml:8:22  nodes[0].remote_work_dir: expected an absolute path below /, or one that starts with ~/, without '..', got \"/\"",
      node(...sound, "remote_work_dir: /"),
    ],
    [
      "a port beyond the last",
      "cluster.yaml:8:15  nodes[0].ssh_port: expected a whole number from 1 to 65535, got 65536",
      node(...sound, "ssh_port: 65536"),
    ],
    [
      "not a host key",
      'cluster.yaml:8:15  nodes[0].host_key: expected a public host key such as "ssh-ed25519 AAAA…", got "AAAA"',
      node(...sound, "host_key: AAAA"),
    ],
    [
      "a headroom of everything",
      "cluster.yaml:8:32  nodes[0].memory_headroom.require: expected a fraction from 0 to 0.9, such as 0.15, got 1.5",
      node(...sound, "memory_headroom: {require: 1.5}"),
    ],
    [
      "text for a node",
      'cluster.yaml:2:9  nodes[0]: expected a map that describes a node, got "jetson"',
      { "cluster.yaml": "cluster: {name: lab}\nnodes: [jetson]\n" },
    ],
    [
      "no nodes",
      "cluster.yaml:2:8  nodes: expected at least one node, got an empty list",
      { "cluster.yaml": "cluster: {name: lab}\nnodes: []\n" },
    ],
    [
      "a map for the nodes",
      "cluster.yaml:2:8  nodes: expected a list of nodes, got a map",
      { "cluster.yaml": "cluster: {name: lab}\nnodes: {jetson: {}}\n" },
    ],
    [
      "a list for the file",
      "cluster.yaml:1:1  expected a map with cluster and nodes, got a list",
      { "cluster.yaml": "- cluster\n" },
    ],
    [
      "a port of root's",
      "cluster.yaml:5:36  network.peer_port_range.start: expected a whole number from 1024 to 65535, got 80",
      cluster("network: {peer_port_range: {start: 80, end: 9000}}"),
    ],
    [
      "half a port range",
      "cluster.yaml:5:28  network.peer_port_range.end: missing, expected a whole number from 1024 to 65535",
      cluster("network: {peer_port_range: {start: 9000}}"),
    ],
    [
      "all at once, in the order of the file",
      "cluster.yaml:6:20  nodes[0].max_instances: expected a whole number ≥ 1, got 0\ncluster.yaml:7:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -1\ncluster.yaml:8:10  nodes[0].gpu: expected true or false, got 1\ncluster.yaml:9:5  nodes[0].colour: unknown key; known: name, host, ssh_port, ssh_user, ssh_key_path, host_key, jump_host, remote_work_dir, type, arch, labels, status, ram_gb, reserved_ram_gb, unified_memory, gpu, gpu_memory_gb, cpu_cores, disk_gb, max_instances, co_tenants, memory_headroom",
      node("max_instances: 0", "ram_gb: -1", "gpu: 1", "colour: blue"),
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});

describe("the shape of a scenario", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "no name",
      "scenario.yaml:1:1  name: missing, expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-')",
      { "scenario.yaml": "instances: [{instance_id: a, ram_gb: 1}]\n" },
    ],
    [
      "no instances",
      "scenario.yaml:2:12  instances: expected at least one instance, got an empty list",
      { "scenario.yaml": "name: duo\ninstances: []\n" },
    ],
    [
      "an id that would be an option",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \"-alpha\"",
      { "scenario.yaml": goodScenario.replace("alpha", "-alpha") },
    ],
    [
      "an id that would be hidden",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \".alpha\"",
      { "scenario.yaml": goodScenario.replace("alpha", ".alpha") },
    ],
    [
      "an id with a space",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \"alpha one\"",
      { "scenario.yaml": goodScenario.replace("alpha", "alpha one") },
    ],
    [
      "an id of 64 letters",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…\"",
      { "scenario.yaml": goodScenario.replace("alpha", "a".repeat(64)) },
    ],
    [
      "a GPU that is true",
      "scenario.yaml:6:10  instances[1].gpu: expected one of: required, preferred, none, got true",
      instance("ram_gb: 1", "gpu: true"),
    ],
    [
      "none of a group",
      "scenario.yaml:6:12  instances[1].count: expected a whole number from 1 to 1000, got 0",
      instance("ram_gb: 1", "count: 0"),
    ],
    [
      "a command in one piece",
      'scenario.yaml:6:14  instances[1].command: expected a list of words such as ["python3", "main.py"], got "python3 main.py"',
      instance("ram_gb: 1", "command: python3 main.py"),
    ],
    [
      "an empty command",
      "scenario.yaml:6:14  instances[1].command: expected at least one word, got an empty list",
      instance("ram_gb: 1", "command: []"),
    ],
    [
      "one name for a list",
      'scenario.yaml:6:15  instances[1].affinity: expected a list of instance names, got "beta"',
      instance("ram_gb: 1", "affinity: beta"),
    ],
    [
      "a variable of Berth's",
      "scenario.yaml:6:11  instances[1].env.BERTH_STACK: this key must be a name of letters, digits and '_' that does not start with BERTH_",
      instance("ram_gb: 1", "env: {BERTH_STACK: x}"),
    ],
    [
      "a variable no shell would take",
      "scenario.yaml:6:11  instances[1].env.a-b: this key must be a name of letters, digits and '_' that does not start with BERTH_",
      instance("ram_gb: 1", 'env: {"a-b": x}'),
    ],
    [
      "a list for a variable",
      "scenario.yaml:6:18  instances[1].env.PATHS: expected text, a number, true or false, got a list",
      instance("ram_gb: 1", "env: {PATHS: [a, b]}"),
    ],
    [
      "a config outside the code",
      'scenario.yaml:6:29  instances[1].experiment_config_path: expected a path inside the code\'s directory, got "../a.json"',
      instance("ram_gb: 1", "experiment_config_path: ../a.json"),
    ],
    [
      "an unknown restart policy",
      'scenario.yaml:6:23  instances[1].restart.policy: expected one of: on-failure, never, got "always"',
      instance("ram_gb: 1", "restart: {policy: always}"),
    ],
    [
      "an unknown network",
      'scenario.yaml:6:14  instances[1].network: expected one of: isolated, peers, got "peer", did you mean "peers"?',
      instance("ram_gb: 1", "network: peer"),
    ],
    ["a number for purge", "scenario.yaml:5:8  purge: expected true or false, got 1", scenario("purge: 1")],
    [
      "a placement without its node",
      "scenario.yaml:5:13  placement.alpha: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got nothing",
      scenario("placement: {alpha: }"),
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});

describe("a mistake on every line", () => {
  it("is counted, not printed without end", () => {
    const lines = mistakes({
      "cluster.yaml": `cluster: {name: lab}\nnodes:\n${"- x\n".repeat(150_000)}`,
    }).split("\n");
    expect(lines).toHaveLength(201);
    expect(lines[0]).toBe('cluster.yaml:3:3  nodes[0]: expected a map that describes a node, got "x"');
    expect(lines[200]).toBe("… and 149800 more");
  });
});

describe("references in a cluster", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "one name for two nodes",
      'cluster.yaml:4:12  nodes[1].name: a second node called "jetson"; give each its own name',
      { "cluster.yaml": goodCluster.replace("rpi1", "jetson") },
    ],
    [
      "a reserve of everything",
      "cluster.yaml:8:22  nodes[0].reserved_ram_gb: 64 GB of 64 GB RAM leaves nothing to place; lower it",
      node(...sound, "reserved_ram_gb: 64"),
    ],
    [
      "GPU memory without a GPU",
      "cluster.yaml:8:20  nodes[0].gpu_memory_gb: 8 GB of GPU memory, but gpu is false; write gpu: true or leave this out",
      node(...sound, "gpu_memory_gb: 8"),
    ],
    [
      "more GPU memory than unified memory",
      "cluster.yaml:9:20  nodes[0].gpu_memory_gb: 65 GB is more than the 64 GB of unified memory it is part of; at most ram_gb",
      node(...sound, "gpu: true", "gpu_memory_gb: 65", "unified_memory: true"),
    ],
    [
      "a port range that runs backwards",
      "cluster.yaml:5:28  network.peer_port_range: start 9100 is above end 9000; swap them",
      cluster("network: {peer_port_range: {start: 9100, end: 9000}}"),
    ],
    [
      "advice below the requirement",
      "cluster.yaml:5:18  memory_headroom: advise 0.2 is below require 0.3; advise at least what is required",
      cluster("memory_headroom: {require: 0.3}"),
    ],
    [
      "advice below the requirement on a node",
      "cluster.yaml:8:22  nodes[0].memory_headroom: advise 0.1 is below require 0.15; advise at least what is required",
      node(...sound, "memory_headroom: {advise: 0.1}"),
    ],
    [
      "fewer ports than peers",
      "cluster.yaml:5:28  network.peer_port_range: 9000 to 9001 are 2 ports for 3 instances with network: peers; widen it",
      {
        ...cluster("network: {peer_port_range: {start: 9000, end: 9001}}"),
        ...instance("ram_gb: 1", "network: peers", "count: 3"),
      },
    ],
    [
      "connections of an unknown node",
      'connections.yaml:2:3  nodes.jetsom: no such node in the cluster, did you mean "jetson"?',
      { "connections.yaml": "nodes:\n  jetsom: {host: 127.0.0.1}\n  rpi1: {host: 127.0.0.2}\n" },
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});

describe("references in a scenario", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "more instances than anybody means",
      "scenario.yaml:3:3  instances: 2001 instances, at most 2000; split the scenario",
      scenario(
        "  - {instance_id: many, ram_gb: 1, count: 1000}",
        "  - {instance_id: more, ram_gb: 1, count: 999}",
      ),
    ],
    [
      "one id for two instances",
      'scenario.yaml:4:19  instances[1].instance_id: a second instance called "alpha"; give each its own id',
      { "scenario.yaml": goodScenario.replace("beta", "alpha") },
    ],
    [
      "an id that a group makes",
      'scenario.yaml:6:19  instances[3].instance_id: a second instance called "gamma-1"; give each its own id',
      scenario("  - {instance_id: gamma, ram_gb: 1, count: 2}", "  - {instance_id: gamma-1, ram_gb: 1}"),
    ],
    [
      "a group whose ordinals make the id too long",
      "scenario.yaml:5:19  instances[2].instance_id: longer than 63 letters once its ordinals are added; shorten it",
      scenario(`  - {instance_id: ${"a".repeat(62)}, ram_gb: 1, count: 2}`),
    ],
    [
      "an unknown node",
      'scenario.yaml:6:21  instances[1].preferred_node: no node "rpi11", did you mean "rpi1"?',
      instance("ram_gb: 1", "preferred_node: rpi11"),
    ],
    [
      "a node like no other",
      'scenario.yaml:6:21  instances[1].preferred_node: no node "mainframe"; known: jetson, rpi1',
      instance("ram_gb: 1", "preferred_node: mainframe"),
    ],
    [
      "an unknown instance in affinity",
      'scenario.yaml:6:22  instances[1].affinity[1]: no instance "betta", did you mean "beta"?',
      instance("ram_gb: 1", "affinity: [beta, betta]"),
    ],
    [
      "an unknown instance in anti_affinity",
      'scenario.yaml:6:21  instances[1].anti_affinity[0]: no instance "omega"; known: beta, alpha',
      instance("ram_gb: 1", "anti_affinity: [omega]"),
    ],
    [
      "itself",
      "scenario.yaml:6:16  instances[1].affinity[0]: names the instance itself; leave it out",
      instance("ram_gb: 1", "affinity: [alpha]"),
    ],
    [
      "near and apart",
      'scenario.yaml:7:21  instances[1].anti_affinity[0]: "beta" is in affinity too; it cannot be both near and apart',
      instance("ram_gb: 1", "affinity: [beta]", "anti_affinity: [beta]"),
    ],
    [
      "GPU memory without a GPU",
      "scenario.yaml:6:20  instances[1].gpu_memory_gb: 2 GB of GPU memory, but gpu is none; write gpu: required or gpu: preferred",
      instance("ram_gb: 1", "gpu_memory_gb: 2"),
    ],
    [
      "required and not required",
      "scenario.yaml:7:19  instances[1].gpu_required: false contradicts gpu: required; keep only gpu",
      instance("ram_gb: 1", "gpu: required", "gpu_required: false"),
    ],
    [
      "none and required",
      "scenario.yaml:7:19  instances[1].gpu_required: true contradicts gpu: none; keep only gpu",
      instance("ram_gb: 1", "gpu: none", "gpu_required: true"),
    ],
    [
      "preferred and none",
      "scenario.yaml:7:19  instances[1].gpu_required: false means gpu: none and contradicts gpu: preferred; keep only gpu",
      instance("ram_gb: 1", "gpu: preferred", "gpu_required: false"),
    ],
    [
      "a placement of nobody",
      'scenario.yaml:5:13  placement.alhpa: no instance "alhpa", did you mean "alpha"?',
      scenario("placement: {alhpa: rpi1}"),
    ],
    [
      "a placement to nowhere",
      'scenario.yaml:5:20  placement.alpha: no node "rip1", did you mean "rpi1"?',
      scenario("placement: {alpha: rip1}"),
    ],
    [
      "a placement of a group",
      'scenario.yaml:6:13  placement.gamma: "gamma" is a group; name its instances: gamma-0, gamma-1',
      {
        "scenario.yaml": `${goodScenario}  - {instance_id: gamma, ram_gb: 1, count: 2}\nplacement: {gamma: rpi1}\n`,
      },
    ],
    [
      "code that is not there",
      "scenario.yaml:5:20  code.local_path: no directory nowhere; the path is relative to this file",
      scenario("code: {local_path: nowhere}"),
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });

  const withConfig = {
    "scenario.yaml": [
      instance("ram_gb: 1", "experiment_config_path: configs/a.json")["scenario.yaml"],
      "code: {local_path: src}",
    ].join("\n"),
  };

  it("a config that is not there", () => {
    expect(mistakes({ ...withConfig, "src/main.py": "" })).toBe(
      "scenario.yaml:6:29  instances[1].experiment_config_path: no file src/configs/a.json; " +
        "the path is relative to code.local_path",
    );
  });

  it("a config that is not JSON", () => {
    // The rest of the sentence is the JSON parser's, which words it differently in each version of Node.
    expect(mistakes({ ...withConfig, "src/configs/a.json": "{a: 1}\n" })).toMatch(
      /^scenario\.yaml:6:29 {2}instances\[1\]\.experiment_config_path: src\/configs\/a\.json is not JSON: .+$/,
    );
  });
});
