import { describe, expect, it } from "vitest";
import { ConfigError } from "../../topology/config-error";
import { loadTopology } from "../../topology/load-topology";
import { cluster, goodCluster, mistakes } from "../support/bad-input";

const bomb = [
  "a0: &a0 [x, x]",
  ...Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`),
];

describe("syntax", () => {
  it.each<[string, string, Record<string, string | Uint8Array>]>([
    [
      "an unclosed list",
      "cluster.yaml:2:1  not valid YAML: deficient indentation; indent it more, or close the bracket or quote above",
      { "cluster.yaml": "a: [1\nb: 2\n" },
    ],
    [
      "a tab",
      "cluster.yaml:2:1  not valid YAML: tab characters must not be used in indentation; use spaces",
      { "cluster.yaml": "cluster:\n\tname: lab\n" },
    ],
    [
      "an empty file",
      "cluster.yaml: the file is empty; docs/reference/ shows what belongs in it",
      { "cluster.yaml": "" },
    ],
    [
      "nothing but comments",
      "cluster.yaml: the file is empty; docs/reference/ shows what belongs in it",
      { "cluster.yaml": "# later\n" },
    ],
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
      "cluster.yaml:1:8  a[0]: the alias *x names no value that ends above it; write the value out",
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
      "cluster.yaml:1:100  not valid YAML: more than 100 brackets or levels are open; close those that are done",
      { "cluster.yaml": "[".repeat(5000) },
    ],
    [
      "a binary file",
      "cluster.yaml: not UTF-8 text; save it as UTF-8",
      { "cluster.yaml": new Uint8Array([0, 1, 2, 255]) },
    ],
    [
      "50 MB",
      "cluster.yaml: 50 MB is too large for a file written by hand, at most 1 MB is read",
      { "cluster.yaml": "#".repeat(50_000_000) },
    ],
    [
      "both files at once",
      "cluster.yaml: the file is empty; docs/reference/ shows what belongs in it\nscenario.yaml: the file is empty; docs/reference/ shows what belongs in it",
      { "cluster.yaml": "", "scenario.yaml": "" },
    ],
    [
      "UTF-16",
      "cluster.yaml: not UTF-8 text; save it as UTF-8",
      { "cluster.yaml": Buffer.from(`\uFEFF${goodCluster}`, "utf16le") },
    ],
    [
      "Latin 1",
      "cluster.yaml: not UTF-8 text; save it as UTF-8",
      { "cluster.yaml": Buffer.from(`${goodCluster}# café`, "latin1") },
    ],
    [
      "a quote without its end",
      "cluster.yaml:2:1  not valid YAML: deficient indentation; indent it more, or close the bracket or quote above",
      { "cluster.yaml": "cluster: {name: 'lab\n" },
    ],
    [
      "a colon too many",
      "cluster.yaml:1:14  not valid YAML: bad indentation of a mapping entry",
      { "cluster.yaml": "cluster: name: lab\n" },
    ],
    [
      "a line too far to the left",
      "cluster.yaml:3:4  not valid YAML: bad indentation of a sequence entry",
      { "cluster.yaml": "nodes:\n  - name: a\n   host: h\n" },
    ],
    [
      "an alias of nothing",
      "cluster.yaml:1:4  a: the alias *b names no value that ends above it; write the value out",
      { "cluster.yaml": "a: *b\n" },
    ],
    [
      "one number written in two ways as a key",
      "cluster.yaml:2:1  not valid YAML: duplicated mapping key",
      { "cluster.yaml": "0x10: a\n16: b\n" },
    ],
    [
      "a key that JavaScript keeps for itself",
      "cluster.yaml:5:1  __proto__: no key can be called that",
      cluster("__proto__: {name: lab}"),
    ],
    [
      "a merge of what is no map",
      "cluster.yaml:5:1  not valid YAML: cannot merge mappings; the provided source object is unacceptable",
      cluster("<<: 5"),
    ],
    [
      "two merges",
      'cluster.yaml:6:1  ["<<"]: written twice; keep one',
      cluster("<<: {failover: {enabled: false}}", "<<: {health_check: {enabled: false}}"),
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
