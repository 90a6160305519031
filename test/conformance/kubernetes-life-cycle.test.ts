import { expect, test } from "vitest";
import { onKubernetes } from "./on-kubernetes";

onKubernetes("life cycle", (stage) => {
  const program = (version: number, plain = "") => `
    const version = ${version}, on = lab();
    const named = config("named", { version: "" + version }, on);
    new k8s.core.v1.ConfigMap("unnamed", { data: { version: "" + version } }, on);
    config("moving", {}, on, { name: "moving-" + version });
    new k8s.core.v1.Secret("secret", { metadata: { name: "secret" }, stringData: { token: "hunter" + 2 } }, on);
    const sized = widget("sized", { size: version, list: [{ name: "a" }, { name: "b", size: version }] }, on);
    new k8s.core.v1.ResourceQuota("quota", {
      metadata: { name: "quota" }, spec: { hard: { "requests.memory": "1024Mi", "requests.cpu": "1000m" } } }, on);
    new k8s.rbac.v1.RoleBinding("binding", {
      metadata: { name: "binding" }, subjects: [{ kind: "ServiceAccount", name: "default", namespace }],
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "role-" + version } }, on);
    ${plain}
    exports.read = [sized.metadata.namespace, named.data.version, sized.spec.size];`;

  test("a preview asks the server and leaves nothing; what is created is as it was previewed", async () => {
    const { engine, namespace } = stage();
    const created = ["binding", "moving", "named", "quota", "secret", "sized", "unnamed"].map(
      (name) => `create ${name}`,
    );
    const preview = await engine.run("preview", program(1));
    expect([preview.ok, preview.steps.toSorted()]).toEqual([true, created]);
    expect(await stage().get("widgets", "{.items[*].metadata.name}")).toBe("");

    const { ok, steps } = await engine.run("up");
    expect([ok, steps.toSorted()]).toEqual([true, created]);
    expect(engine.outputs()).toEqual({ read: [namespace, "1", 1] });
    const { sized, unnamed, secret } = engine.state();
    expect(sized).toMatchObject({
      id: `${namespace}/sized`,
      inputs: {
        apiVersion: "conformance.berth.dev/v1",
        kind: "Widget",
        metadata: { name: "sized", namespace },
        spec: { size: 1, list: [{ name: "a" }, { name: "b", size: 1 }] },
      },
    });
    expect(sized?.outputs.metadata).toHaveProperty("uid");
    expect(unnamed?.id).toMatch(new RegExp(`^${namespace}/unnamed-[0-9a-f]{8}$`));
    expect(unnamed?.inputs.metadata).toHaveProperty(["annotations", "pulumi.com/autonamed"], "true");
    expect(secret?.inputs.data).toHaveProperty("ciphertext");
    expect(engine.stateFile()).not.toContain(Buffer.from("hunter2").toString("base64"));
  });

  test("no change is no change, though the server writes amounts in its own way", async () => {
    expect(await stage().get("quota/quota", "{.spec.hard}")).toBe(
      '{"requests.cpu":"1","requests.memory":"1Gi"}',
    );
    expect(await stage().engine.run("up")).toMatchObject({ ok: true, steps: [] });
  });

  test("fields are updated in place; what cannot be is replaced, first deleted if the name stays", async () => {
    const { engine } = stage();
    const before = engine.state().unnamed?.id;
    const preview = await engine.run("preview", program(2));
    expect(preview.changes).toMatchObject({
      sized: { "spec.size": "update", "spec.list[1].size": "update" },
      binding: { "roleRef.name": "update-replace" },
      named: { "data.version": "update-replace" },
      moving: { "metadata.name": "update-replace" },
    });
    const { ok, steps } = await engine.run("up");
    expect(ok).toBe(true);
    expect(steps.filter((step) => step.startsWith("update"))).toEqual(["update sized"]);
    const order = (name: string) =>
      steps.filter((step) => step.endsWith(` ${name}`)).map((step) => step.split(" ")[0]);
    expect(order("named")).toEqual(["delete-replaced", "replace", "create-replacement"]);
    expect(order("unnamed")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(order("moving")).toEqual(["create-replacement", "replace", "delete-replaced"]);
    expect(engine.state().unnamed?.id).not.toBe(before);
    expect(await stage().get("widget/sized", "{.spec.list[1].size}")).toBe("2");
    expect(await stage().get("configmaps", "{.items[*].metadata.name}")).not.toContain("moving-1");
  });

  test("a field that the program no longer sets goes", async () => {
    const { engine } = stage();
    const list = program(2).replace(', list: [{ name: "a" }, { name: "b", size: version }]', "");
    expect(await engine.run("up", list)).toMatchObject({
      ok: true,
      steps: ["update sized"],
      changes: { sized: { "spec.list": "delete" } },
    });
    expect(await stage().get("widget/sized", "{.spec}")).toBe('{"size":2}');
  });

  test("unknown inputs are previewed as such", async () => {
    const { engine } = stage();
    const preview = await engine.run(
      "preview",
      program(2, `widget("late", { of: config("early", {}, on).metadata.uid }, on);`),
    );
    expect([preview.ok, preview.steps.toSorted()]).toEqual([
      true,
      ["create early", "create late", "update sized"],
    ]);
  });

  test("destroy leaves nothing", async () => {
    expect(await stage().engine.run("destroy")).toMatchObject({ ok: true });
    expect(stage().engine.state()).toEqual({});
    expect(await stage().get("widgets,secrets,quota,rolebindings", "{.items[*].metadata.name}")).toBe("");
    expect(await stage().get("configmaps", "{.items[*].metadata.name}")).toBe("kube-root-ca.crt");
  });
});
