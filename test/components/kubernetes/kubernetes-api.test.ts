import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { KubernetesApi } from "../../../components/kubernetes/kubernetes-api";
import type { KubernetesError } from "../../../components/kubernetes/kubernetes-error";

// The server's part is played here; test/kubernetes/ asks a real one.
let directory: string;
let server: Server;
let address: string;
const asked: (string | undefined)[] = [];
const answers: Record<string, [status: number, body: unknown]> = {};

const contexts = { good: "server", down: "nobody", lost: "nowhere" };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "berth-kubeconfig-"));
  server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const [status, body] = answers[request.url!] ?? [404, "404 page not found"];
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeFileSync(join(directory, "config"), kubeconfig(address));
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

afterEach(() => {
  asked.length = 0;
});

const kubeconfig = (at: string) => `
apiVersion: v1
kind: Config
clusters:
- {name: server, cluster: {server: "${at}", insecure-skip-tls-verify: true}}
- {name: nobody, cluster: {server: "http://127.0.0.1:1", insecure-skip-tls-verify: true}}
users:
- {name: ana, user: {token: s3cret}}
contexts:
${Object.entries(contexts)
  .map(([name, cluster]) => `- {name: ${name}, context: {cluster: ${cluster}, user: ana}}`)
  .join("\n")}
`;

const file = () => join(directory, "config");
const open = (context = "good") => KubernetesApi.open({ context, kubeconfig: file() });

/** The error, with what differs from run to run named. */
async function refusal(ask: () => Promise<unknown>): Promise<string> {
  const error = (await ask().then(
    () => expect.fail("it did not fail"),
    (thrown: unknown) => thrown,
  )) as KubernetesError;
  expect(error.message.startsWith(`berth: ${error.fault}: `)).toBe(true);
  return error.message.replaceAll(directory, "DIR").replaceAll(address, "SERVER");
}

it("asks with the context's credentials, and turns the pages of a list", async () => {
  answers["/api/v1/pods?fieldSelector=a%3Db&limit=500"] = [
    200,
    { items: [1, 2], metadata: { continue: "x/y" } },
  ];
  answers["/api/v1/pods?fieldSelector=a%3Db&limit=500&continue=x%2Fy"] = [200, { items: [3], metadata: {} }];
  const api = await open();
  expect(await api.list("/api/v1/pods", "fieldSelector=a%3Db")).toEqual([1, 2, 3]);
  expect(asked).toEqual(["Bearer s3cret", "Bearer s3cret"]);
  expect(api.server).toBe(address);
});

it("names what is wrong with a kubeconfig, and contacts nobody", async () => {
  const { KUBECONFIG } = process.env;
  process.env.KUBECONFIG = "/none/one:/none/two";
  try {
    expect(await refusal(() => KubernetesApi.open({ context: "good" }))).toBe(
      "berth: KubeconfigMissing: no /none/one:/none/two; put the cluster's kubeconfig there, or name it in kubernetes.kubeconfig of the cluster file",
    );
    process.env.KUBECONFIG = `/none/one:${file()}`;
    expect((await KubernetesApi.open({ context: "good" })).server).toBe(address);
  } finally {
    if (KUBECONFIG === undefined) delete process.env.KUBECONFIG;
    else process.env.KUBECONFIG = KUBECONFIG;
  }
  expect(await refusal(() => open("god"))).toBe(
    'berth: ContextUnknown: DIR/config has no context "god", as kubernetes.context of the cluster file says, did you mean "good"?',
  );
  expect(await refusal(() => open("lost"))).toBe(
    'berth: KubeconfigUnreadable: context "lost" in DIR/config names a cluster or a user that is not there; mend it with  kubectl config set-context lost --cluster=… --user=…',
  );
  writeFileSync(join(directory, "text"), "just: text");
  const text = { context: "good", kubeconfig: join(directory, "text") };
  expect(await refusal(() => KubernetesApi.open(text))).toBe(
    "berth: KubeconfigUnreadable: DIR/text has no contexts; is it a kubeconfig?",
  );
  expect(asked).toEqual([]);
});

it("names what stands between it and an answer", async () => {
  const api = await open();
  expect(await refusal(async () => (await open("down")).get("/version"))).toBe(
    'berth: Unreachable: context "down" (http://127.0.0.1:1): nobody listens there; see whether the cluster is up, and a VPN or tunnel to it:  kubectl --context down version',
  );
  const status = (message: string) => ({ kind: "Status", message });
  const table: [path: string, status: number, body: unknown, text: string][] = [
    [
      "/api/v1/nodes",
      401,
      status("Unauthorized"),
      'Unauthorized: context "good" (SERVER): the credentials are refused; renew them, then try  kubectl --context good auth whoami',
    ],
    [
      "/apis/ray.io/v1/namespaces/ray/rayclusters",
      403,
      status(
        'rayclusters.ray.io is forbidden: User "ana" cannot list resource "rayclusters" in API group "ray.io" in the namespace "ray"',
      ),
      'Forbidden: context "good": ana may not list rayclusters.ray.io in namespace ray; ask for a role with that, then try  kubectl --context good auth can-i list rayclusters.ray.io -n ray',
    ],
    [
      "/api/v1/nodes",
      403,
      status(
        'nodes is forbidden: User "ana" cannot list resource "nodes" in API group "" at the cluster scope',
      ),
      'Forbidden: context "good": ana may not list nodes in the whole cluster; ask for a role with that, then try  kubectl --context good auth can-i list nodes -A',
    ],
    [
      "/apis/ray.io/v1/rayclusters",
      404,
      "404 page not found",
      'KindMissing: context "good" has no ray.io/v1; install the KubeRay operator:  helm --kube-context good install kuberay-operator kuberay/kuberay-operator --version 1.6.1',
    ],
    [
      "/apis/metrics.k8s.io/v1beta1/nodes",
      404,
      "404 page not found",
      'KindMissing: context "good" has no metrics.k8s.io/v1beta1; see  kubectl --context good api-resources',
    ],
    ["/api/v1/nodes/x", 404, status('nodes "x" not found'), 'NotFound: context "good": nodes "x" not found'],
    ["/api", 404, "<html>", "AnswerUnexpected: SERVER/api is not there; is that an API server?"],
    ["/api", 200, "<html>", "AnswerUnexpected: SERVER/api did not answer in JSON; is that an API server?"],
    ["/api", 500, status("etcd is down"), 'AnswerUnexpected: context "good" (SERVER): 500 etcd is down'],
    ["/api", 502, "<b>bad\ngateway", 'AnswerUnexpected: context "good" (SERVER): 502 <b>bad gateway'],
  ];
  for (const [path, code, body, text] of table) {
    answers[path] = [code, body];
    expect(await refusal(() => api.get(path))).toBe(`berth: ${text}`);
  }
});
