// Pure parts of the stand-in for the kubernetes plugin; with an engine and an API server it is tested in test/conformance.
import { describe, expect, test } from "vitest";
import { diff } from "../../tools/standins/kubernetes-provider/diff.cjs";
import { takeOver, withIgnored } from "../../tools/standins/kubernetes-provider/managed-fields.cjs";
import { withSecrets } from "../../tools/standins/kubernetes-provider/secrets.cjs";
import { waitFor } from "../../tools/standins/kubernetes-provider/wait-for.cjs";
import { plain, secret } from "../../tools/standins/values.cjs";

const object = (kind: string, apiVersion: string, rest: object, metadata: object = {}) => ({
  apiVersion,
  kind,
  metadata: { name: "a", namespace: "n", ...metadata },
  ...rest,
});

/** What a change of the inputs would do to an object that the server took as it is. */
function changed(old: object, news: object, options = {}) {
  const state = { ...old, status: { of: "the server" }, __inputs: old };
  const { changes, replaces, deletesFirst } = diff(state, news, options);
  return { changes: Object.fromEntries(changes), replaces, deletesFirst };
}

describe("diff", () => {
  test("of a replica in a list: its path, in place", () => {
    const cluster = (replicas: number) =>
      object("RayCluster", "ray.io/v1", { spec: { workerGroupSpecs: [{ replicas, groupName: "gpu" }] } });
    expect(changed(cluster(8), cluster(4))).toEqual({
      changes: { "spec.workerGroupSpecs[0].replicas": "UPDATE" },
      replaces: [],
      deletesFirst: false,
    });
    expect(
      changed(cluster(8), cluster(4), { ignored: ["spec.workerGroupSpecs[*].replicas"] }).changes,
    ).toEqual({});
  });

  test("of what cannot change: replaced, first deleted unless the name is a new one or ours to choose", () => {
    const secretWith = (token: string, metadata = {}) =>
      object("Secret", "v1", { data: { token } }, metadata);
    expect(changed(secretWith("a"), secretWith("b"))).toEqual({
      changes: { "data.token": "UPDATE_REPLACE" },
      replaces: ["data.token"],
      deletesFirst: true,
    });
    const autonamed = { annotations: { "pulumi.com/autonamed": "true" } };
    expect(changed(secretWith("a", autonamed), secretWith("b", autonamed)).deletesFirst).toBe(false);
    expect(changed(secretWith("a"), secretWith("a", { name: "b" }))).toEqual({
      changes: { "metadata.name": "UPDATE_REPLACE" },
      replaces: ["metadata.name"],
      deletesFirst: false,
    });
    const mutable = { settings: { enableSecretMutable: true } };
    expect(changed(secretWith("a"), secretWith("b"), mutable).replaces).toEqual([]);
  });

  test("a container's image replaces a pod, an added label does not", () => {
    const pod = (image: string, labels = {}) =>
      object("Pod", "v1", { spec: { containers: [{ name: "main", image }] } }, { labels });
    expect(changed(pod("a"), pod("b")).replaces).toEqual(["spec.containers[0].image"]);
    expect(changed(pod("a"), pod("a", { "berth.dev/stack": "s" })).changes).toEqual({
      'metadata.labels["berth.dev/stack"]': "ADD",
    });
  });

  test("amounts that are the same are no change in built-in kinds, and one in custom resources", () => {
    const quota = (memory: string) => object("ResourceQuota", "v1", { spec: { hard: { memory } } });
    expect(changed(quota("1Gi"), quota("1024Mi")).changes).toEqual({});
    expect(changed(quota("1Gi"), quota("1G")).changes).toEqual({ "spec.hard.memory": "UPDATE" });
    const ray = (memory: string) => object("RayCluster", "ray.io/v1", { spec: { limits: { memory } } });
    expect(changed(ray("1Gi"), ray("1024Mi")).changes).toEqual({ "spec.limits.memory": "UPDATE" });
  });

  test("what is empty is left out by the server: of built-in kinds no change", () => {
    expect(changed(object("ConfigMap", "v1", {}), object("ConfigMap", "v1", { data: {} })).changes).toEqual(
      {},
    );
    expect(changed(object("A", "b.c/v1", {}), object("A", "b.c/v1", { spec: {} })).changes).toEqual({
      spec: "ADD",
    });
  });
});

test("secrets: a Secret's data always, else what was so, field by field", () => {
  const data = { data: { token: "eA==" } };
  expect(withSecrets(object("Secret", "v1", data), {}).data).toEqual(secret(data.data));
  const outs = object("A", "b.c/v1", { spec: { open: 1, list: [{ password: "x" }] } });
  const ins = { spec: { open: 1, list: [{ password: secret("x") }] } };
  const marked = withSecrets(outs, ins);
  expect(marked.spec).toEqual({ open: 1, list: secret([{ password: "x" }]) });
  expect(plain(marked)).toEqual(outs);
});

describe("waitFor", () => {
  const alive = {
    metadata: { generation: 2 },
    status: { observedGeneration: 2, phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  };
  test.each([
    ["condition=Ready", true],
    ["condition=ready=true", true],
    ["condition=Ready=False", false],
    ["condition=Absent", false],
    ["jsonpath={.status.phase}", true],
    ["jsonpath={.status.phase}=Running", true],
    ["jsonpath={.status.phase}=Pending", false],
    ["jsonpath={$.status.conditions[0]['type']}=Ready", true],
    ['["condition=Ready", "jsonpath={.status.phase}=Pending"]', false],
  ])("%s: %s", (expression, holds) => expect(waitFor(expression)(alive)).toBe(holds));

  test("a status of an older generation counts for nothing", () => {
    const old = { ...alive, metadata: { generation: 3 } };
    expect(waitFor("condition=Ready")(old)).toBe(false);
    expect(waitFor("jsonpath={.status.phase}")(old)).toBe(false);
  });

  test.each([
    ["Ready", 'expected a "jsonpath=" or "condition=" prefix, got "Ready"'],
    ["[]", "at least one condition must be specified"],
    ["jsonpath=.status", 'format should be {.path}=value or {.path}, got ".status"'],
    [
      "jsonpath={.items[?@.a]}",
      "the stand-in of the kubernetes provider waits for plain paths only, not for .items[?@.a]",
    ],
  ])("%s: %s", (expression, words) => expect(() => waitFor(expression)).toThrow(words));
});

describe("field managers", () => {
  const managed = (manager: string, operation: string, field: string) => ({
    manager,
    operation,
    apiVersion: "v1",
    fieldsV1: { "f:spec": { [`f:${field}`]: {} } },
  });
  const live = (...managedFields: object[]) => ({
    metadata: { resourceVersion: "7", managedFields },
    spec: { size: 9, colour: "red" },
  });

  test("what kubectl and our own creation wrote becomes the resource's, what others wrote stays theirs", () => {
    const others = [
      managed("autoscaler", "Update", "size"),
      { ...managed("kubectl", "Update", "x"), subresource: "status" },
    ];
    const patch = takeOver(
      live(
        managed("pulumi-kubernetes", "Update", "colour"),
        managed("kubectl-edit", "Update", "size"),
        ...others,
      ),
      "pulumi-kubernetes-1",
    );
    expect(patch).toEqual([
      {
        op: "replace",
        path: "/metadata/managedFields",
        value: [
          ...others,
          {
            manager: "pulumi-kubernetes-1",
            operation: "Apply",
            apiVersion: "v1",
            fieldsV1: { "f:spec": { "f:colour": {}, "f:size": {} } },
          },
        ],
      },
      { op: "replace", path: "/metadata/resourceVersion", value: "7" },
    ]);
    expect(takeOver(live(managed("autoscaler", "Update", "size")), "pulumi-kubernetes-1")).toBe(undefined);
  });

  test("ignored changes: left to others who manage them, else as they are", () => {
    const inputs = { spec: { size: 1, colour: "blue" } };
    const of = (manager: string) =>
      withIgnored(inputs, live(managed(manager, "Apply", "size")), ["spec.size"], "own");
    expect(of("autoscaler")).toEqual({ spec: { colour: "blue" } });
    expect(of("own")).toEqual({ spec: { size: 9, colour: "blue" } });
  });
});
