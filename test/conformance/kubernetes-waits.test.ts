import { expect, test } from "vitest";
import { onKubernetes } from "./on-kubernetes";

onKubernetes("waits", (stage) => {
  const waiting = (annotations?: object, spec: object = {}, options = "on") =>
    `const on = lab();
     widget("w", ${JSON.stringify(spec)}, ${options}, ${JSON.stringify(annotations)});`;
  const exists = () => stage().get("widget/w", "{.metadata.name}");
  const type = "conformance.berth.dev/v1:Widget";

  test("a custom resource is waited for only where it says what for: conditions, values, all of several", async () => {
    const { engine } = stage();
    expect((await engine.run("up", waiting())).ok).toBe(true);
    const running = engine.run(
      "up",
      waiting({ "pulumi.com/waitFor": '["condition=Ready","jsonpath={.status.phase}=Running"]' }),
    );
    await expect
      .poll(() => stage().get("widget/w", "{.metadata.annotations}"), { timeout: 60_000 })
      .toContain("waitFor");
    let isDone = false;
    running.finally(() => {
      isDone = true;
    });
    await stage().setStatus("w", { conditions: [{ type: "Ready", status: "False" }], phase: "Running" });
    await stage().setStatus("w", { conditions: [{ type: "Ready", status: "True" }], phase: "Starting" });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(isDone).toBe(false);
    await stage().setStatus("w", { phase: "Running" });
    expect((await running).ok).toBe(true);
    await engine.run("destroy");
  });

  test("one that does not become ready in time is in the state with what is there; the next update goes on", async () => {
    const { engine, namespace } = stage();
    const slow = {
      "pulumi.com/waitFor": "jsonpath={.status.phase}=Running",
      "pulumi.com/timeoutSeconds": "2",
    };
    const created = await engine.run("up", waiting(slow, { size: 1 }));
    expect([created.ok, created.errors.w]).toEqual([
      false,
      [
        `1 error occurred:\n\t* resource "${stage().urn(type, "w")}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: timed out waiting for the condition`,
      ],
    ]);
    expect(engine.state().w).toMatchObject({ id: `${namespace}/w`, inputs: { spec: { size: 1 } } });

    const updated = await engine.run("up", waiting(slow, { size: 2 }));
    expect([updated.ok, updated.errors.w]).toEqual([
      false,
      [
        `1 error occurred:\n\t* the Kubernetes API server reported that "${namespace}/w" failed to fully initialize or become live: timed out waiting for the condition`,
      ],
    ]);
    expect(await stage().get("widget/w", "{.spec.size}")).toBe("2");
    await stage().setStatus("w", { phase: "Running" });
    expect(await engine.run("up")).toMatchObject({ ok: true, steps: ["update w"] });
    expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
    await engine.run("destroy");
  });

  test("skipAwait skips waiting, the resource's own timeout beats the annotation", async () => {
    const { engine } = stage();
    const never = { "pulumi.com/waitFor": "condition=Never", "pulumi.com/timeoutSeconds": "600" };
    expect((await engine.run("up", waiting({ ...never, "pulumi.com/skipAwait": "true" }))).ok).toBe(true);
    const brief = waiting(never, {}, '{ ...on, customTimeouts: { update: "1s" } }');
    expect((await engine.run("up", brief)).errors.w?.[0]).toMatch(/timed out waiting for the condition$/);
    await engine.run("destroy");
  });

  test("what is misspelt in waitFor is told once the object is there", async () => {
    const { engine } = stage();
    const { errors } = await engine.run("up", waiting({ "pulumi.com/waitFor": "Ready" }));
    expect(errors.w?.[0]).toMatch(/: expected a "jsonpath=" or "condition=" prefix, got "Ready"$/);
    expect(Object.keys(engine.state())).toEqual(["w"]);
    await engine.run("destroy");
  });

  test("built-in kinds are waited for by their own rules", async () => {
    const { engine } = stage();
    const pod = (annotations: object) => `
      const on = lab();
      new k8s.core.v1.Pod("pod", {
        metadata: { name: "pod", annotations: ${JSON.stringify(annotations)} },
        spec: { nodeSelector: { nobody: "has" }, containers: [{ name: "main", image: "none" }] } }, on);
      new k8s.core.v1.Service("headless", {
        metadata: { name: "headless" }, spec: { clusterIP: "None", selector: { a: "b" }, ports: [{ port: 1 }] } }, on);
      new k8s.core.v1.Service("elsewhere", {
        metadata: { name: "elsewhere" }, spec: { type: "ExternalName", externalName: "example.org" } }, on);`;
    const { ok, errors } = await engine.run("up", pod({ "pulumi.com/timeoutSeconds": "2" }), [
      "--continue-on-error",
    ]);
    expect([ok, Object.keys(engine.state()).toSorted()]).toEqual([false, ["elsewhere", "headless", "pod"]]);
    expect(errors.pod?.[0]).toContain(
      `resource "${stage().urn("core/v1:Pod", "pod")}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: 'pod' timed out waiting to be Ready`,
    );
    expect((await engine.run("up", pod({ "pulumi.com/skipAwait": "true" }))).ok).toBe(true);
    await engine.run("destroy");
  });

  test("a delete waits for finalizers, and one that takes too long keeps the resource", async () => {
    const { engine } = stage();
    const program = (options: string) => `
      const on = lab();
      new k8s.apiextensions.CustomResource("w", { apiVersion: "conformance.berth.dev/v1", kind: "Widget",
        metadata: { name: "w", annotations: { "pulumi.com/skipAwait": "true" } } }, ${options});`;
    await engine.run("up", program('{ ...on, customTimeouts: { delete: "2s" } }'));
    await stage().kubectl([
      "patch",
      "widget/w",
      "--type=merge",
      '-p={"metadata":{"finalizers":["berth.dev/hold"]}}',
    ]);
    const late = await engine.run("destroy");
    expect([late.ok, late.errors.w, Object.keys(engine.state())]).toEqual([
      false,
      ["timed out waiting for the condition"],
      ["w"],
    ]);
    expect(late.shown.w).toContain("finalizers might be preventing deletion (berth.dev/hold)");
    expect(await exists()).toBe("w");
    await stage().kubectl(["patch", "widget/w", "--type=merge", '-p={"metadata":{"finalizers":null}}']);
    expect(await engine.run("destroy")).toMatchObject({ ok: true, steps: ["delete w"] });
    expect(await exists()).toBe("");
  });

  test("what depends on an object goes before it, or stays where the object says so", async () => {
    const { engine } = stage();
    for (const [annotations, left] of [
      [undefined, ""],
      [{ "pulumi.com/deletionPropagationPolicy": "orphan" }, "child"],
    ] as const) {
      await engine.run("up", waiting(annotations));
      const owner = { apiVersion: "conformance.berth.dev/v1", kind: "Widget", name: "w" };
      const uid = await stage().get("widget/w", "{.metadata.uid}");
      await stage().kubectl(["create", "--filename=-"], {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "child", ownerReferences: [{ ...owner, uid, blockOwnerDeletion: true }] },
      });
      expect((await engine.run("destroy")).ok).toBe(true);
      expect(await stage().get("configmap/child", "{.metadata.name}")).toBe(left);
    }
    await stage().kubectl(["delete", "configmap", "child"]);
  });

  test("Ctrl-C ends a wait; what was created is in the state", async () => {
    const { engine } = stage();
    const running = engine.run("up", waiting({ "pulumi.com/waitFor": "condition=Never" }));
    await expect.poll(exists, { timeout: 60_000 }).toBe("w");
    engine.interrupt();
    expect((await running).ok).toBe(false);
    expect(Object.keys(engine.state())).toEqual(["w"]);
    expect((await engine.run("destroy")).ok).toBe(true);
  });
});
