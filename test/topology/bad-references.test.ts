import { describe, expect, it } from "vitest";
import { goodCluster, goodScenario, instance, mistakes, scenario } from "../support/bad-input";

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
      "a limit of restarts that is never reached",
      "scenario.yaml:6:25  instances[1].restart.attempts: never reached: the pauses between 40 restarts alone take 2103 s, and only those of the last 1800 s count; fewer attempts, or more interval_seconds",
      instance("ram_gb: 1", "restart: {attempts: 40}"),
    ],
    [
      "GPU memory without a GPU",
      "scenario.yaml:6:20  instances[1].gpu_memory_gb: 2 GB of GPU memory, but gpu is none; write gpu: required or gpu: preferred",
      instance("ram_gb: 1", "gpu_memory_gb: 2"),
    ],
    [
      "GPUs without a GPU",
      "scenario.yaml:7:11  instances[1].gpus: takes 2, but gpu is none; write gpu: required or gpu: preferred",
      instance("ram_gb: 1", "gpu: none", "gpus: 2"),
    ],
    [
      "a share of a GPU that is not required",
      "scenario.yaml:7:11  instances[1].gpus: takes 0.5, but gpu is none; write gpu: required or gpu: preferred",
      instance("ram_gb: 1", "gpu_required: false", "gpus: 0.5"),
    ],
    [
      "a model of no GPU",
      'scenario.yaml:6:16  instances[1].gpu_model: "A100", but gpu is none; write gpu: required or gpu: preferred',
      instance("ram_gb: 1", "gpu_model: A100"),
    ],
    [
      "devices chosen by hand",
      "scenario.yaml:6:11  instances[1].env.CUDA_VISIBLE_DEVICES: with gpus the plan chooses the devices and sets this; leave it out",
      instance("ram_gb: 1", "env: {CUDA_VISIBLE_DEVICES: 3}", "gpus: 1"),
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
    [
      "one name twice",
      'scenario.yaml:6:22  instances[1].affinity[1]: "beta" is written twice; keep one',
      instance("ram_gb: 1", "affinity: [beta, beta]"),
    ],
    [
      "near for the one, apart for the other",
      'scenario.yaml:4:52  instances[1].anti_affinity[0]: "alpha" has "beta" in its affinity; they cannot be both near and apart',
      {
        "scenario.yaml": goodScenario
          .replace("ram_gb: 1}", "ram_gb: 1, affinity: [beta]}")
          .replace("beta, ram_gb: 1", "beta, ram_gb: 1, anti_affinity: [alpha]"),
      },
    ],
    [
      "near to one of a group, apart from one of the other",
      'scenario.yaml:6:63  instances[3].anti_affinity[0]: "gamma" has "delta" in its affinity; they cannot be both near and apart',
      scenario(
        "  - {instance_id: gamma, ram_gb: 1, count: 2, affinity: [delta-1]}",
        "  - {instance_id: delta, ram_gb: 1, count: 2, anti_affinity: [gamma-0]}",
      ),
    ],
    [
      "a group together and spread",
      'scenario.yaml:5:82  instances[2].anti_affinity[0]: "gamma-0" is in affinity too; it cannot be both near and apart',
      scenario("  - {instance_id: gamma, ram_gb: 1, count: 2, affinity: [gamma], anti_affinity: [gamma]}"),
    ],
    [
      "a version that YAML takes for a number",
      'scenario.yaml:6:20  instances[1].env.VERSION: YAML reads 3.10 as 3.1; write "3.10" or 3.1',
      instance("ram_gb: 1", "env: {VERSION: 3.10}"),
    ],
    [
      "variables that YAML writes in its own way",
      'scenario.yaml:6:14  instances[1].env.A: YAML reads 0x10 as 16; write "0x10" or 16\nscenario.yaml:6:23  instances[1].env.B: YAML reads True as true; write "True" or true\nscenario.yaml:6:32  instances[1].env.C: YAML reads 1e3 as 1000; write "1e3" or 1000',
      instance("ram_gb: 1", "env: {A: 0x10, B: True, C: 1e3}"),
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });

  it("a large group named without end", () => {
    const text = scenario(
      "  - {instance_id: g, ram_gb: 1, count: 1000}",
      `  - {instance_id: delta, ram_gb: 1, affinity: [${Array(150_000).fill("g").join(",")}]}`,
    );
    expect(mistakes(text).split("\n")[0]).toBe(
      'scenario.yaml:6:50  instances[3].affinity[1]: "g" is written twice; keep one',
    );
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

  it("a config whose name is too long for any file", () => {
    const name = "a".repeat(300);
    const files = {
      "scenario.yaml": withConfig["scenario.yaml"].replace("configs/a.json", name),
      "src/main.py": "",
    };
    expect(mistakes(files)).toBe(
      `scenario.yaml:6:29  instances[1].experiment_config_path: no file src/${name}; the path is relative to code.local_path`,
    );
  });

  it("a config that is a directory", () => {
    expect(mistakes({ ...withConfig, "src/configs/a.json/b": "" })).toBe(
      "scenario.yaml:6:29  instances[1].experiment_config_path: no file src/configs/a.json; " +
        "the path is relative to code.local_path",
    );
  });

  it.each(["*.json", "configs", "configs/", "**/a.*"])("a config that is not copied: %s", (pattern) => {
    const text = withConfig["scenario.yaml"].replace("src}", `src, exclude: ["${pattern}"]}`);
    expect(mistakes({ "scenario.yaml": text, "src/configs/a.json": "{}" })).toBe(
      "scenario.yaml:6:29  instances[1].experiment_config_path: configs/a.json is not copied: code.exclude leaves it out",
    );
  });

  it("a config that is not JSON", () => {
    // The end of the sentence is the JSON parser's, which words it differently in each version of Node.
    let words = "";
    try {
      JSON.parse("{a: 1}");
    } catch (error) {
      words = (error as Error).message;
    }
    expect(mistakes({ ...withConfig, "src/configs/a.json": "{a: 1}" })).toBe(
      `scenario.yaml:6:29  instances[1].experiment_config_path: src/configs/a.json is not JSON: ${words}`,
    );
  });

  it("a program that is not there, the default one too", () => {
    const text = withConfig["scenario.yaml"].replace(
      "    experiment_config_path: configs/a.json",
      "    command: [python3, trian.py]",
    );
    expect(mistakes({ "scenario.yaml": text })).toBe(
      "scenario.yaml:6:14  instances[1].command: runs python3 trian.py: no file src/trian.py; the path is relative to code.local_path",
    );
  });

  it("two nodes that connections put into one folder", () => {
    const connections = "nodes:\n  jetson: {host: 127.0.0.1}\n  rpi1: {host: 127.0.0.1}\n";
    expect(mistakes({ "connections.yaml": connections })).toBe(
      "connections.yaml:3:9  nodes.rpi1.remote_work_dir: is the folder of jetson too (u@127.0.0.1:22 ~/berth); two nodes need two machines, or two folders",
    );
  });

  it("two files in each other's place", () => {
    expect(mistakes({ "cluster.yaml": goodScenario, "scenario.yaml": goodCluster })).toBe(
      "cluster.yaml is a scenario file and scenario.yaml a cluster file; swap them",
    );
  });

  it("two nodes that are one folder of one machine", () => {
    const pi = "host: 192.0.2.1, ssh_user: pi, ram_gb: 8, max_instances: 1, remote_work_dir: /srv/x";
    const text = `cluster: {name: lab}\nnodes:\n  - {name: jetson, ${pi}}\n  - {name: rpi1, ${pi}/}\n`;
    expect(mistakes({ "cluster.yaml": text })).toBe(
      "cluster.yaml:4:95  nodes[1].remote_work_dir: is the folder of jetson too (192.0.2.1:22 /srv/x); two nodes need two machines, or two folders",
    );
  });
});
