/**
 * The shipped stack brain-node on a real API server, scheduler and operator: made, left alone, disturbed by hand, repaired, gone.
 * Not proved: that Ray starts in the pods, that the network policies hold anything back.
 */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { KubernetesBed } from "../support/kubernetes-bed";

let bed: KubernetesBed;
beforeAll(async () => {
  bed = await KubernetesBed.open({ lab: inject("kubernetesLab"), stack: "brain-node" });
});
afterAll(() => bed.close());

const own = "--namespace=cognition";

interface Pod {
  metadata: { uid: string; labels: Record<string, string> };
  spec: { nodeName: string };
}

test("the preview plans the pods and makes nothing", async () => {
  const { status, output } = await bed.preview();
  expect(status, output).toBe(0);
  expect(output).toMatch(/HW-BRAIN-01/);
  expect(await bed.objects()).toEqual([]);
});

test("up ends when head and workers are ready", async () => {
  const { status, output } = await bed.up();
  expect(status, output).toBe(0);
  const pods = await bed.list<Pod>("pods", own);
  expect(pods.map(({ metadata, spec }) => [metadata.labels["ray.io/group"], spec.nodeName]).sort()).toEqual([
    ["gpu", "hw-brain-01"],
    ["headgroup", "hw-brain-01"],
  ]);
  const [cluster] = await bed.list<{ status: object }>("rayclusters", own);
  expect(cluster!.status).toMatchObject({ state: "ready", readyWorkerReplicas: 1, desiredWorkerReplicas: 1 });
});

test("what the stack tells whoever wants to use it is true", async () => {
  const secret = await bed.kubectl(
    "get",
    "secret",
    "brain-token",
    own,
    "--output=jsonpath={.data.auth_token}",
  );
  const token = Buffer.from(secret, "base64").toString();
  expect(token).toMatch(/^[0-9a-f]{64}$/);
  const shown = await bed.workspace.run(["pulumi", "stack", "output", "--stack", "brain-node"]);
  expect(shown.output).not.toContain(token);
  const [service] = await bed.list<{ spec: { ports: { port: number }[]; selector: object } }>(
    "services",
    own,
    "--field-selector=metadata.name=brain-node-service",
  );
  expect(service!.spec.ports.map(({ port }) => port)).toEqual([10001]);
  const pods = await bed.list(
    "pods",
    own,
    `--selector=${Object.entries(service!.spec.selector)
      .map((pair) => pair.join("="))
      .join(",")}`,
  );
  expect(pods).toHaveLength(1);
});

test("again, and after a look at what is there, nothing is to do", async () => {
  const { status, output } = await bed.up("--refresh", "--expect-no-changes");
  expect(status, output).toBe(0);
});

test("what somebody changes by hand is seen and put right", async () => {
  const pods = async () => (await bed.list<Pod>("pods", own)).map(({ metadata }) => metadata.uid).sort();
  const before = await pods();
  await bed.kubectl("delete", "resourcequota", "--all", own);
  await bed.kubectl(
    "patch",
    "service/brain-node-service",
    own,
    "--type=merge",
    `--patch={"spec":{"ports":[{"name":"client","port":10002,"targetPort":10001}]}}`,
  );
  const seen = await bed.preview("--refresh", "--expect-no-changes");
  expect(seen.status, seen.output).not.toBe(0);

  const { status, output } = await bed.up("--refresh");
  expect(status, output).toBe(0);
  expect(await bed.list("resourcequotas", own)).toHaveLength(1);
  const ports = "--output=jsonpath={.spec.ports[*].port}";
  expect(await bed.kubectl("get", "service/brain-node-service", own, ports)).toBe("10001");
  expect(await pods()).toEqual(before);
});

test("no pod of the cluster's kind beyond its plan, whoever asks for it", async () => {
  const [limits] = await bed.list<{ metadata: { name: string } }>(
    "priorityclasses",
    "--selector=berth.dev/stack",
  );
  const spec = {
    priorityClassName: limits!.metadata.name,
    containers: [{ name: "stranger", image: "none", resources: { limits: { cpu: "20", memory: "40G" } } }],
  };
  const stranger = bed.kubectl(
    "run",
    "stranger",
    own,
    "--image=none",
    `--overrides=${JSON.stringify({ spec })}`,
  );
  await expect(stranger).rejects.toThrow(/pods "stranger" is forbidden: exceeded quota: brain, requested: /);
});

test("destroy leaves no object", async () => {
  const { status, output } = await bed.destroy();
  expect(status, output).toBe(0);
  await expect.poll(() => bed.objects(), { timeout: 30_000 }).toEqual([]);
});
