import { describe, expect, it } from "vitest";
import { cluster, goodCluster, instance, mistakes, node, sound } from "../support/bad-input";

describe("the shape of a cluster", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "a share of a node's GPU",
      "cluster.yaml:8:11  nodes[0].gpus: expected a whole number from 1 to 16, got 0.5",
      node(...sound, "gpus: 0.5"),
    ],
    [
      "more GPUs than a node may have",
      "cluster.yaml:8:11  nodes[0].gpus: expected a whole number from 1 to 16, got 17",
      node(...sound, "gpus: 17"),
    ],
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
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "64"; write it without quotes',
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
      "cluster.yaml:5:1  colour: unknown key; known: cluster, kubernetes, nodes, memory_headroom, network, health_check, failover",
      cluster("colour: blue"),
    ],
    [
      "an unknown type",
      'cluster.yaml:8:11  nodes[0].type: expected one of: jetson_orin, raspberry_pi, host, gb10, generic, got "jetson_orion", did you mean "jetson_orin"?',
      node(...sound, "type: jetson_orion"),
    ],
    [
      "yes for true",
      'cluster.yaml:8:10  nodes[0].gpu: expected true or false, got "yes"; write true',
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
      "cluster.yaml:6:20  nodes[0].max_instances: expected a whole number ≥ 1, got 0\ncluster.yaml:7:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -1\ncluster.yaml:8:10  nodes[0].gpu: expected true or false, got 1\ncluster.yaml:9:5  nodes[0].colour: unknown key; known: name, host, ssh_port, ssh_user, ssh_key_path, host_key, jump_host, remote_work_dir, kubernetes_node, type, arch, labels, status, ram_gb, reserved_ram_gb, unified_memory, gpu, gpus, gpu_sharing, gpu_model, gpu_memory_gb, cpu_cores, disk_gb, max_instances, co_tenants, memory_headroom",
      node("max_instances: 0", "ram_gb: -1", "gpu: 1", "colour: blue"),
    ],
    [
      "RAM in mebibytes",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "512Mi"; write 0.537',
      node("ram_gb: 512Mi", "max_instances: 4"),
    ],
    [
      "RAM in megabytes",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "512 MB"; write 0.512',
      node("ram_gb: 512 MB", "max_instances: 4"),
    ],
    [
      "RAM in gibibytes",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "12 GiB"; write 12.885',
      node("ram_gb: 12 GiB", "max_instances: 4"),
    ],
    [
      "RAM in terabytes",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "1T"; write 1000',
      node("ram_gb: 1T", "max_instances: 4"),
    ],
    [
      "RAM in a decimal comma",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "1,5"; write 1.5',
      node('ram_gb: "1,5"', "max_instances: 4"),
    ],
    [
      "a number with a unit that it has none of",
      'cluster.yaml:7:20  nodes[0].max_instances: expected a whole number ≥ 1, got "4M"',
      node("ram_gb: 64", "max_instances: 4M"),
    ],
    [
      "a size with its unit",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "64 GB"; write 64',
      node("ram_gb: 64 GB", "max_instances: 4"),
    ],
    [
      "a size with separators",
      'cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got "1_000"',
      node("ram_gb: 1_000", "max_instances: 4"),
    ],
    [
      "less than nothing",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -Infinity",
      node("ram_gb: -.inf", "max_instances: 4"),
    ],
    [
      "hardly anything",
      "cluster.yaml:6:13  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got 1e-300",
      node("ram_gb: 1e-300", "max_instances: 4"),
    ],
    [
      "a negative reserve",
      "cluster.yaml:8:22  nodes[0].reserved_ram_gb: expected a size in GB from 0 to 100000, got -1",
      node(...sound, "reserved_ram_gb: -1"),
    ],
    [
      "more instances than anybody means",
      "cluster.yaml:7:20  nodes[0].max_instances: expected a whole number ≤ 1000000, got 1000001",
      node("ram_gb: 64", "max_instances: 1000001"),
    ],
    [
      "a number for a name",
      "cluster.yaml:4:12  nodes[1].name: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got 1.1; write it in quotes",
      { "cluster.yaml": goodCluster.replace("rpi1", "1.10") },
    ],
    [
      "a text that turns the line around",
      'cluster.yaml:3:26  nodes[0].host: expected a host name or address, got "a\\u{202e}b"',
      { "cluster.yaml": goodCluster.replace("192.0.2.1", "a\u202eb") },
    ],
    [
      "a key that is a number",
      "cluster.yaml:5:1  10: unknown key; known: cluster, kubernetes, nodes, memory_headroom, network, health_check, failover",
      cluster("10: x"),
    ],
    [
      "nothing in the file but nothing",
      "cluster.yaml:1:1  expected a map with cluster and nodes, got nothing",
      { "cluster.yaml": "~\n" },
    ],
    [
      "a section without its keys",
      "cluster.yaml:5:1  failover: expected a map with enabled, auto_restart and lease_seconds, got nothing",
      cluster("failover:"),
    ],
    [
      "what was merged in, wherever it is wrong",
      "cluster.yaml:3:49  nodes[0].ram_gb: expected a size in GB from 0.001 to 100000, got -8\ncluster.yaml:4:5  nodes[1].ram_gb: expected a size in GB from 0.001 to 100000, got -8",
      {
        "cluster.yaml":
          "cluster: {name: lab}\nnodes:\n  - &pi {name: a, host: h, ssh_user: u, ram_gb: -8, max_instances: 1}\n  - {<<: *pi, name: b}\n",
      },
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
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
      "a lease that one slow round would end",
      "cluster.yaml:5:28  failover.lease_seconds: 59 is less than twice interval_seconds; at least 60, or 0 for no lease",
      cluster("failover: {lease_seconds:  59}"),
    ],
    [
      "a reserve of everything",
      "cluster.yaml:8:22  nodes[0].reserved_ram_gb: 64 GB of 64 GB RAM leaves nothing to place; lower it",
      node(...sound, "reserved_ram_gb: 64"),
    ],
    [
      "GPUs and no GPU",
      "cluster.yaml:9:10  nodes[0].gpu: false contradicts gpus: 2; keep only gpus",
      node(...sound, "gpus: 2", "gpu: false"),
    ],
    [
      "a model of no GPU",
      'cluster.yaml:8:16  nodes[0].gpu_model: "A100", but gpu is false; write gpu: true or leave this out',
      node(...sound, "gpu_model: A100"),
    ],
    [
      "two GPUs in one memory",
      "cluster.yaml:9:11  nodes[0].gpus: 2 GPUs, but unified memory belongs to one; write unified_memory: false or gpus: 1",
      node(...sound, "type: gb10", "gpus: 2"),
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
      "a floor above the requirement",
      "cluster.yaml:5:18  memory_headroom: floor 0.2 is above require 0.15; at most what is required",
      cluster("memory_headroom: {floor: 0.2}"),
    ],
    [
      "a requirement below the cluster's floor",
      "cluster.yaml:9:22  nodes[0].memory_headroom: floor 0.1 is above require 0.05; at most what is required",
      {
        "cluster.yaml": node(...sound, "memory_headroom: {require: 0.05}")["cluster.yaml"]!.replace(
          "nodes:",
          "memory_headroom: {floor: 0.1}\nnodes:",
        ),
      },
    ],
    [
      "fewer ports than peers",
      "cluster.yaml:5:28  network.peer_port_range: 9000 to 9001 has ports for 2 of 3 instances with network: peers; widen it",
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
    [
      "a reserve of more than everything",
      "cluster.yaml:8:22  nodes[0].reserved_ram_gb: 65 GB of 64 GB RAM leaves nothing to place; lower it",
      node(...sound, "reserved_ram_gb: 65"),
    ],
    [
      "one port for two peers",
      "cluster.yaml:5:28  network.peer_port_range: 9000 to 9000 has ports for 1 of 2 instances with network: peers; widen it",
      {
        ...cluster("network: {peer_port_range: {start: 9000, end: 9000}}"),
        ...instance("ram_gb: 1", "network: peers", "count: 2"),
      },
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});
