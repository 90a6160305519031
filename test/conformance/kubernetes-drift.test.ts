import { expect, test } from "vitest";
import { onKubernetes } from "./on-kubernetes";

onKubernetes("drift", (stage) => {
  const program = (size: number, args = {}, annotations?: object, options = "") =>
    `widget("w", { size: ${size}, colour: "red" },
       { ...lab(${JSON.stringify(args)}), ${options} }, ${JSON.stringify(annotations)});`;
  const size = () => stage().get("widget/w", "{.spec.size}");
  const bend = (to: number, manager: string) =>
    stage().kubectl([
      "patch",
      "widget/w",
      "--type=merge",
      `--field-manager=${manager}`,
      `-p={"spec":{"size":${to}}}`,
    ]);

  test("drift shows after a refresh and is repaired; what nobody declared is left alone", async () => {
    const { engine } = stage();
    await engine.run("up", program(1));
    await bend(9, "kubectl-patch");
    await stage().kubectl(["label", "widget/w", "by=hand", "--field-manager=somebody"]);
    expect(await engine.run("preview")).toMatchObject({ ok: true, steps: [] });
    expect((await engine.run("refresh")).ok).toBe(true);
    expect(engine.state().w?.inputs).toMatchObject({ spec: { size: 9, colour: "red" } });
    expect(engine.state().w?.inputs.metadata).not.toHaveProperty("labels");

    const preview = await engine.run("preview");
    expect(preview).toMatchObject({
      ok: true,
      steps: ["update w"],
      changes: { w: { "spec.size": "update" } },
    });
    expect(await engine.run("up")).toMatchObject({ ok: true, steps: ["update w"] });
    expect([await size(), await stage().get("widget/w", "{.metadata.labels.by}")]).toEqual(["1", "hand"]);
  });

  test("what kubectl changed is taken over by an update, though not by its preview", async () => {
    const { engine } = stage();
    await engine.run("up", program(2)); // from now on the field manager is the resource's own
    await bend(9, "kubectl-patch");
    await engine.run("refresh");
    const preview = await engine.run("preview");
    expect([preview.ok, preview.errors.w?.[0]]).toEqual([
      false,
      expect.stringContaining('conflict with "kubectl-patch" using conformance.berth.dev/v1: .spec.size'),
    ]);
    expect(await engine.run("preview", program(2, { enablePatchForce: true }))).toMatchObject({ ok: true });
    expect(await engine.run("up", program(2))).toMatchObject({ ok: true, steps: ["update w"] });
    expect(await size()).toBe("2");
  });

  test("what another manager holds is a conflict, unless the resource or the provider insists", async () => {
    const { engine, namespace } = stage();
    await bend(9, "somebody");
    const refused = await engine.run("up", program(3));
    expect([refused.ok, refused.errors.w]).toEqual([
      false,
      [
        expect.stringMatching(
          new RegExp(
            `^1 error occurred:\\n\\t\\* the Kubernetes API server reported that "${namespace}/w" failed to fully initialize or become live: ` +
              "server-side apply field conflict detected, see https://\\S+ for troubleshooting help\n" +
              'The resource managed by field manager "pulumi-kubernetes-[0-9a-f]{8}" had an apply conflict: ' +
              'Apply failed with 1 conflict: conflict with "somebody" using conformance.berth.dev/v1: .spec.size$',
          ),
        ),
      ],
    ]);
    expect(await size()).toBe("9");
    expect((await engine.run("up", program(3, {}, { "pulumi.com/patchForce": "true" }))).ok).toBe(true);
    expect(await size()).toBe("3");
    await bend(9, "somebody");
    expect((await engine.run("up", program(4, { enablePatchForce: true }))).ok).toBe(true);
    expect(await size()).toBe("4");
  });

  test("ignored changes stay as others made them", async () => {
    const { engine } = stage();
    await bend(7, "autoscaler");
    const ignoring = program(4, {}, { note: "new" }, 'ignoreChanges: ["spec.size"]');
    await engine.run("refresh");
    expect(await engine.run("up", ignoring)).toMatchObject({ ok: true, steps: ["update w"] });
    expect([await size(), await stage().get("widget/w", "{.metadata.annotations.note}")]).toEqual([
      "7",
      "new",
    ]);
    expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
  });

  test("an object that is gone is created anew", async () => {
    const { engine } = stage();
    await stage().kubectl(["delete", "widget/w"]);
    await engine.run("refresh");
    expect(engine.state()).toEqual({});
    expect(await engine.run("up", program(5))).toMatchObject({ ok: true, steps: ["create w"] });
    await stage().kubectl(["delete", "widget/w"]);
    expect((await engine.run("destroy")).ok).toBe(true);
  });

  test("an object that is there already is nobody's to create, unless the provider upserts", async () => {
    const { engine, namespace } = stage();
    await stage().kubectl(["create", "--filename=-"], {
      apiVersion: "conformance.berth.dev/v1",
      kind: "Widget",
      metadata: { name: "w" },
      spec: { size: 1, colour: "blue" },
    });
    expect(await engine.run("preview", program(1))).toMatchObject({ ok: true, steps: ["create w"] });
    const refused = await engine.run("up");
    const urn = stage().urn("conformance.berth.dev/v1:Widget", "w");
    expect([refused.ok, refused.errors.w?.[0]?.split("\n")[0], engine.state()]).toEqual([
      false,
      `resource "${urn}" was not successfully created by the Kubernetes API server: widgets.conformance.berth.dev "w" already exists`,
      {},
    ]);
    const upserting = program(1, { upsertExistingObjects: true, enablePatchForce: true });
    expect(await engine.run("up", upserting)).toMatchObject({ ok: true, steps: ["create w"] });
    expect(engine.state().w?.id).toBe(`${namespace}/w`);
    expect(await stage().get("widget/w", "{.spec.colour}")).toBe("red");
  });

  test("import: a custom resource by its name alone, and adopting it as it is changes nothing of it", async () => {
    const { engine, namespace } = stage();
    engine.pulumi("state", "delete", stage().urn("conformance.berth.dev/v1:Widget", "w"), "--yes");
    const generation = () => stage().get("widget/w", "{.metadata.generation}");
    const before = await generation();
    engine.write(
      "import.json",
      JSON.stringify({
        nameTable: { lab: "urn:pulumi:test::conformance::pulumi:providers:kubernetes::lab" },
        resources: [
          {
            type: "kubernetes:conformance.berth.dev/v1:Widget",
            name: "w",
            id: `${namespace}/w`,
            provider: "lab",
          },
        ],
      }),
    );
    engine.pulumi("import", "--file=import.json", "--yes", "--generate-code=false", "--protect=false");
    expect(engine.state().w).toMatchObject({
      id: `${namespace}/w`,
      inputs: {
        apiVersion: "conformance.berth.dev/v1",
        kind: "Widget",
        metadata: { name: "w", namespace },
      },
      outputs: { spec: { size: 1, colour: "red" } },
    });
    expect(engine.state().w?.inputs).not.toHaveProperty("spec");

    const insisting = (to: number) => program(to, { enablePatchForce: true });
    expect(await engine.run("up", insisting(1))).toMatchObject({
      ok: true,
      steps: ["update w"],
      changes: { w: { spec: "add" } },
    });
    expect(await generation()).toBe(before);
    expect(await engine.run("preview", insisting(2))).toMatchObject({
      ok: true,
      steps: ["update w"],
      changes: { w: { "spec.size": "update" } },
    });
    await engine.run("destroy");
  });

  test("import: of a built-in kind all its inputs are known", async () => {
    const { engine, namespace } = stage();
    await stage().kubectl(["create", "configmap", "found", "--from-literal=a=1"]);
    const found = 'config("found", { a: "1" }, { ...lab(), import: namespace + "/found" });';
    expect(await engine.run("preview", found)).toMatchObject({ ok: true, steps: ["import found"] });
    expect((await engine.run("up")).ok).toBe(true);
    expect(engine.state().found).toMatchObject({
      id: `${namespace}/found`,
      inputs: { data: { a: "1" }, metadata: { name: "found", namespace } },
    });
    await engine.run("destroy");
    expect(await stage().get("configmap/found", "{.metadata.name}")).toBe("");
  });
});
