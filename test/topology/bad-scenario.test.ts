import { describe, expect, it } from "vitest";
import { goodScenario, instance, mistakes, scenario } from "../support/bad-input";

describe("the shape of a scenario", () => {
  it.each<[string, string, Record<string, string>]>([
    [
      "no name",
      "scenario.yaml:1:1  name: missing, expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-')",
      { "scenario.yaml": "instances: [{instance_id: a, ram_gb: 1}]\n" },
    ],
    [
      "no instances",
      "scenario.yaml:2:12  instances: expected at least one instance, or a Ray cluster in ray_clusters or shared_ray_clusters, got none",
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
      "a checkpoint that is asked for by a signal nobody can hear",
      'scenario.yaml:6:26  instances[1].checkpoint.signal: expected one of: SIGUSR1, SIGUSR2, SIGINT, SIGHUP, got "SIGKILL"',
      instance("ram_gb: 1", "checkpoint: {signal: SIGKILL}"),
    ],
    [
      "a checkpoint that is asked for in two ways",
      "scenario.yaml:6:26  instances[1].checkpoint.signal: there is a command, too; keep one of the two",
      instance("ram_gb: 1", "checkpoint: {signal: SIGUSR1, command: [./save]}"),
    ],
    [
      "a GPU that is true",
      "scenario.yaml:6:10  instances[1].gpu: expected one of: required, preferred, none, got true",
      instance("ram_gb: 1", "gpu: true"),
    ],
    [
      "a GPU and a half",
      "scenario.yaml:6:11  instances[1].gpus: expected a whole number of GPUs from 0 to 16, or a share of one from 0.001 to 0.999, such as 0.5, got 1.5",
      instance("ram_gb: 1", "gpus: 1.5"),
    ],
    [
      "more GPUs than any node has",
      "scenario.yaml:6:11  instances[1].gpus: expected a whole number of GPUs from 0 to 16, or a share of one from 0.001 to 0.999, such as 0.5, got 17",
      instance("ram_gb: 1", "gpus: 17"),
    ],
    [
      "fewer cores than none",
      "scenario.yaml:6:16  instances[1].cpu_cores: expected a number of cores from 0 to 4096, such as 0.5, got -1",
      instance("ram_gb: 1", "cpu_cores: -1"),
    ],
    [
      "a model that is a number",
      "scenario.yaml:6:16  instances[1].gpu_model: expected text on one line, got 4090; write it in quotes",
      instance("ram_gb: 1", "gpu_model: 4090"),
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
      "an interval of nothing",
      "scenario.yaml:6:33  instances[1].restart.interval_seconds: expected a whole number from 1 to 604800, got 0",
      instance("ram_gb: 1", "restart: {interval_seconds: 0}"),
    ],
    [
      "an unknown network",
      'scenario.yaml:6:14  instances[1].network: expected one of: open, peers, isolated, got "peer", did you mean "peers"?',
      instance("ram_gb: 1", "network: peer"),
    ],
    ["a number for purge", "scenario.yaml:5:8  purge: expected true or false, got 1", scenario("purge: 1")],
    [
      "a placement without its node",
      "scenario.yaml:5:13  placement.alpha: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got nothing",
      scenario("placement: {alpha: }"),
    ],
    [
      "a number for an id",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got 123; write it in quotes",
      { "scenario.yaml": goodScenario.replace("alpha", "123") },
    ],
    [
      "true for an id",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got true; write it in quotes",
      { "scenario.yaml": goodScenario.replace("alpha", "true") },
    ],
    [
      "an empty id",
      "scenario.yaml:3:19  instances[0].instance_id: expected a name of letters, digits, '.', '_' and '-' (1 to 63, not starting with '.' or '-'), got \"\"",
      { "scenario.yaml": goodScenario.replace("alpha", "''") },
    ],
    [
      "an absurd count",
      "scenario.yaml:6:12  instances[1].count: expected a whole number from 1 to 1000, got 1000000000",
      instance("ram_gb: 1", "count: 1e9"),
    ],
    [
      "a negative size",
      "scenario.yaml:5:13  instances[1].ram_gb: expected a size in GB from 0.001 to 100000, got -1",
      instance("ram_gb: -1"),
    ],
    [
      "a variable without its value",
      "scenario.yaml:6:11  instances[1].env.SEED: expected text, a number, true or false, got nothing",
      instance("ram_gb: 1", "env: {SEED: }"),
    ],
    [
      "a variable that is a number",
      "scenario.yaml:6:11  instances[1].env.1: this key must be a name of letters, digits and '_' that does not start with BERTH_",
      instance("ram_gb: 1", "env: {1: x}"),
    ],
    [
      "moves allowed in words",
      'scenario.yaml:5:14  allow_moves: expected true or false, got "no"; write false',
      scenario("allow_moves: no"),
    ],
    [
      "an update that may not touch anything",
      "scenario.yaml:5:27  update.max_unavailable: expected a whole number ≥ 1, got 0",
      scenario("update: {max_unavailable: 0}"),
    ],
    [
      "an update without its number",
      "scenario.yaml:5:9  update.max_unavailable: missing, expected a whole number ≥ 1",
      scenario("update: {}"),
    ],
    [
      "an update in Kubernetes' spelling",
      [
        "scenario.yaml:5:9  update.max_unavailable: missing, expected a whole number ≥ 1",
        'scenario.yaml:5:10  update.maxUnavailable: unknown key, did you mean "max_unavailable"?',
      ].join("\n"),
      scenario("update: {maxUnavailable: 1}"),
    ],
    [
      "a key of a section that looks like a known one",
      'scenario.yaml:5:23  code.excludes: unknown key, did you mean "exclude"?',
      scenario("code: {local_path: ., excludes: []}"),
    ],
  ])("%s", (_, expected, files) => {
    expect(mistakes(files)).toBe(expected);
  });
});
