import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { onKubernetes } from "./on-kubernetes";

onKubernetes("settings", (stage) => {
  const text = () => readFileSync(stage().lab.kubeconfig, "utf8");

  test("a kubeconfig is a path or a text; context and namespace are as asked for", async () => {
    const { engine, namespace } = stage();
    const { ok } = await engine.run(
      "up",
      `config("path", {}, lab());
       config("text", {}, providerOf("text", { kubeconfig: ${JSON.stringify(text())}, context, namespace }));
       config("elsewhere", {}, providerOf("elsewhere", { kubeconfig, context }), { namespace: "default" });`,
    );
    expect(ok).toBe(true);
    expect(["path", "text", "elsewhere"].map((name) => engine.state()[name]?.id)).toEqual([
      `${namespace}/path`,
      `${namespace}/text`,
      "default/elsewhere",
    ]);
    expect((await engine.run("destroy")).ok).toBe(true);
  });

  test("what cannot be reached is told at once, of what is new only by an update", async () => {
    const { engine } = stage();
    const closed = text().replace(/server: \S+/, "server: https://127.0.0.1:1");
    const program = `
      const absent = join(process.cwd(), "absent");
      config("missing", {}, providerOf("missing", { kubeconfig: absent }));
      config("other-context", {}, providerOf("other-context", { kubeconfig, context: "other" }));
      config("no-context", {}, providerOf("no-context", { kubeconfig }));
      config("closed", {}, providerOf("closed", { kubeconfig: ${JSON.stringify(closed)}, context }));`;
    engine.begin('const { join } = require("node:path");\n');
    expect(await engine.run("preview", program)).toMatchObject({ ok: true });
    const { ok, errors } = await engine.run("up", undefined, ["--continue-on-error"]);
    const unreachable = "^configured Kubernetes cluster is unreachable: ";
    expect(ok).toBe(false);
    for (const [name, reason] of [
      ["missing", "failed to parse kubeconfig data in `kubernetes:config:kubeconfig`- .*"],
      ["other-context", '[^]*context "other" does not exist'],
      ["no-context", "[^]*invalid configuration: no configuration has been provided.*"],
      ["closed", "unable to load schema information from the API server: .*127.0.0.1:1.*ECONNREFUSED.*"],
    ])
      expect(errors[name!]).toEqual([expect.stringMatching(new RegExp(`${unreachable}${reason}$`))]);
  });

  test("what is there of a cluster that is gone can only be forgotten", async () => {
    const { engine } = stage();
    const of = (kubeconfig: string) =>
      `config("kept", {}, providerOf("going", { kubeconfig: ${JSON.stringify(kubeconfig)}, context, namespace, clusterIdentifier: "one" }));`;
    await engine.run("up", of(text()));
    const gone = of(text().replace(/server: \S+/, "server: https://127.0.0.1:1"));
    await engine.run("up", gone);
    for (const [verb, words] of [
      ["refresh", "failed to read resource state due to unreachable cluster."],
      ["destroy", "configured Kubernetes cluster is unreachable."],
    ] as const) {
      const { ok, errors } = await engine.run(verb);
      expect([ok, errors.kept?.[0]]).toEqual([
        false,
        `${words} If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"`,
      ]);
    }
    Object.assign(engine.environment, { PULUMI_K8S_DELETE_UNREACHABLE: "true" });
    expect((await engine.run("destroy")).ok).toBe(true);
    expect(engine.state()).toEqual({});
    Object.assign(engine.environment, { PULUMI_K8S_DELETE_UNREACHABLE: "false" });
    await stage().kubectl(["delete", "configmap", "kept"]);
  });

  test("a kind that nobody knows: previewed as it is, and an error of the update that names it", async () => {
    const { engine } = stage();
    const program = `new k8s.apiextensions.CustomResource("gadget", {
      apiVersion: "conformance.berth.dev/v1", kind: "Gadget", metadata: { name: "gadget" } }, lab());`;
    expect(await engine.run("preview", program)).toMatchObject({ ok: true, steps: ["create gadget"] });
    const { ok, errors } = await engine.run("up");
    const urn = stage().urn("conformance.berth.dev/v1:Gadget", "gadget");
    expect([ok, errors.gadget]).toEqual([
      false,
      [
        `creation of resource "${urn}" with kind conformance.berth.dev/v1/Gadget failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: no matches for kind "Gadget" in version "conformance.berth.dev/v1"`,
      ],
    ]);
  });

  test("a namespace may come after what is in it; into one that is going nothing comes", async () => {
    const { engine } = stage();
    const program = `config("early", {}, lab(), { namespace: "conformance-late" });`;
    expect(await engine.run("preview", program)).toMatchObject({ ok: true, steps: ["create early"] });
    const running = engine.run("up");
    await expect.poll(engine.printed, { timeout: 60_000 }).toContain("resourcePreEvent");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await stage().kubectl(["create", "namespace", "conformance-late"]);
    expect((await running).ok).toBe(true);
    await engine.run("destroy");

    const finalizers = (value: string) =>
      stage().kubectl([
        "patch",
        "configmap/held",
        "-n",
        "conformance-late",
        "--type=merge",
        `-p={"metadata":{"finalizers":${value}}}`,
      ]);
    await stage().kubectl(["create", "configmap", "held", "-n", "conformance-late"]);
    await finalizers('["berth.dev/hold"]');
    await stage().kubectl(["delete", "namespace", "conformance-late", "--wait=false"]);
    const { ok, errors } = await engine.run("up", program);
    expect([ok, errors.early?.[0]]).toEqual([
      false,
      expect.stringContaining(
        'configmaps "early" is forbidden: unable to create new content in namespace conformance-late because it is being terminated',
      ),
    ]);
    await finalizers("null");
  });

  test("YAML instead of objects: a folder of files for their owner, and no cluster named beside it", async () => {
    const { engine } = stage();
    const folder = join(engine.folder, "yaml");
    const rendering = (args = {}) => `
      const on = providerOf("yaml", { renderYamlToDirectory: "yaml", ...${JSON.stringify(args)} });
      new k8s.core.v1.Namespace("space", { metadata: { name: "space" } }, on);
      config("c", { a: "1" }, on, { namespace: "space" });
      widget("w", { size: 1 }, on);`;
    const refused = await engine.run("preview", rendering({ context: "lab" }));
    expect([refused.ok, Object.values(refused.errors).flat().join("\n")]).toEqual([
      false,
      expect.stringContaining('"context" arg is not compatible with "renderYamlToDirectory" arg'),
    ]);

    const { ok, steps } = await engine.run("up", rendering());
    expect([ok, steps.toSorted()]).toEqual([true, ["create c", "create space", "create w"]]);
    const files = [
      "conformance.berth.dev_v1-widget-default-w.yaml",
      "v1-configmap-space-c.yaml",
      "v1-namespace-default-space.yaml",
    ];
    expect(readdirSync(join(folder, "1-manifest")).toSorted()).toEqual(files);
    const config = join(folder, "1-manifest", files[1]!);
    expect(statSync(config).mode & 0o777).toBe(0o600);
    expect(load(readFileSync(config, "utf8"))).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "c", namespace: "space" },
      data: { a: "1" },
    });
    expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
    expect((await engine.run("destroy")).ok).toBe(true);
    expect([existsSync(folder), readdirSync(join(folder, "1-manifest"))]).toEqual([true, []]);
  });
});
