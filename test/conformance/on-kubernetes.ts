import { afterAll, beforeAll, describe, inject } from "vitest";
import { kubectl } from "../../lab/kubernetes/kubectl";
import { type KubernetesLab, readKubernetesLab } from "../../lab/kubernetes/kubernetes-lab";
import { Engine } from "./engine";

/** A kind of our own, whose status nobody writes but the tests. */
const widgets = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.conformance.berth.dev" },
  spec: {
    group: "conformance.berth.dev",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

/** An engine and a namespace of the real API server, for one file of tests. */
export class Stage {
  readonly engine = new Engine();

  constructor(
    readonly lab: KubernetesLab,
    readonly namespace: string,
  ) {
    this.engine.define({ kubeconfig: lab.kubeconfig, context: lab.context, namespace });
    this.engine.begin(
      `const k8s = require("@pulumi/kubernetes");
       const providerOf = (name, args) => ({ provider: new k8s.Provider(name, args) });
       const lab = (args) => providerOf("lab", { kubeconfig, context, namespace, ...args });
       const config = (name, data, options, metadata) =>
         new k8s.core.v1.ConfigMap(name, { metadata: { name, ...metadata }, data }, options);
       const widget = (name, spec, options, annotations) => new k8s.apiextensions.CustomResource(name, {
         apiVersion: "conformance.berth.dev/v1", kind: "Widget", metadata: { name, ...annotations && { annotations } }, spec }, options);
      `,
    );
  }

  /** kubectl in the namespace; `input` is an object. */
  kubectl(args: string[], input?: object): Promise<string> {
    return kubectl(this.lab, ["--namespace", this.namespace, ...args], input && JSON.stringify(input));
  }

  /** A value of an object, "" where there is none: `get("widget/a", "{.spec.size}")`. */
  get(object: string, path: string): Promise<string> {
    return this.kubectl(["get", object, "--ignore-not-found", `--output=jsonpath=${path}`]);
  }

  setStatus(widget: string, status: object): Promise<string> {
    const patch = JSON.stringify({ status });
    return this.kubectl(["patch", `widget/${widget}`, "--subresource=status", "--type=merge", "-p", patch]);
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:test::conformance::kubernetes:${type}::${name}`;
  }
}

/** Tests of the kubernetes plugin against a real API server; skipped where its programs are not built. */
export function onKubernetes(what: string, body: (stage: () => Stage) => void): void {
  const lab = readKubernetesLab(inject("kubernetesLab"));
  describe.skipIf(!lab)(`kubernetes plugin, ${what}`, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = new Stage(lab!, `conformance-${what.replaceAll(/\W+/g, "-")}`);
      await stage.kubectl(["apply", "--server-side", "--filename=-"], widgets);
      await stage.kubectl(["wait", "--for=condition=Established", `crd/${widgets.metadata.name}`]);
      await stage.kubectl(["create", "namespace", stage.namespace]);
    });
    afterAll(async () => {
      stage.engine.remove();
      await stage.kubectl(["delete", "namespace", stage.namespace, "--wait=false"]);
    });
    body(() => stage);
  });
}
