/** Who owns what is asked of answers as an API server gives them; a real one is asked in test/kubernetes. */
import { afterEach, expect, test, vi } from "vitest";
import { claim, release } from "../../../components/kubernetes/claim";
import { namespaceManifest } from "../../../components/kubernetes/namespace-manifests";
import { fakeApi } from "../../support/fake-api";

const path = "/api/v1/namespaces/cognition";
const object = namespaceManifest("cognition", "brain-node");
const apis = ["/apis/ray.io/v1"];
const somebodys = { metadata: { labels: { "kubernetes.io/metadata.name": "cognition" } } };

afterEach(() => vi.restoreAllMocks());

test("a namespace that is not there is made, and removed again", async () => {
  const { api, done } = fakeApi({ "/apis/ray.io/v1": {} });
  await claim(api, { object, apis });
  await claim(api, { object, apis });
  await release(api, { object });
  await release(api, { object });
  expect(done).toEqual([`create ${path}`, `remove ${path}`]);
});

test("one that was there stays as it was, and stays", async () => {
  const { api, done } = fakeApi({ [path]: somebodys });
  await claim(api, { object, apis: [] });
  await release(api, { object });
  expect(done).toEqual([]);
});

test("so does one that another stack made", async () => {
  const { api, done } = fakeApi({ [path]: namespaceManifest("cognition", "other") });
  await release(api, { object });
  expect(done).toEqual([]);
});

test("one of ours stays while pods of others are in it, and says so", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const { api, done } = fakeApi({ [path]: object, [`${path}/pods`]: [{ metadata: { name: "notebook" } }] });
  await release(api, { object });
  expect(done).toEqual([]);
  expect(said.mock.calls).toEqual([
    ["berth: namespace cognition stays: pods of others are in it (notebook)"],
  ]);
});

test.each([
  ["persistentvolumeclaims", "volumes of others are in it (notes)"],
  ["resourcequotas", "another stack uses it (notes)"],
  ["configmaps", "another stack uses it (notes)"],
])("so do %s, though nobody runs", async (kind, says) => {
  const said = vi.spyOn(console, "error").mockImplementation(() => {});
  const { api, done } = fakeApi({ [path]: object, [`${path}/${kind}`]: [{ metadata: { name: "notes" } }] });
  await release(api, { object });
  expect(done).toEqual([]);
  expect(said.mock.calls).toEqual([[`berth: namespace cognition stays: ${says}`]]);
});

test("without KubeRay's kinds nothing is made", async () => {
  const { api, done } = fakeApi();
  await expect(claim(api, { object, apis })).rejects.toThrow("berth: KindMissing: no /apis/ray.io/v1");
  expect(done).toEqual([]);
});

test("a service account lies in its namespace", async () => {
  const account = {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "runner", namespace: "fleet", labels: { "berth.dev/stack": "x" } },
  };
  const { api, done } = fakeApi();
  await claim(api, { object: account, apis: [] });
  await release(api, { object: account });
  const there = "/api/v1/namespaces/fleet/serviceaccounts/runner";
  expect(done).toEqual([`create ${there}`, `remove ${there}`]);
});
