import { defineConfig } from "vitest/config";

const project = (name: string, include: string[], testTimeout: number, globalSetup: string[] = []) => ({
  test: { name, include, testTimeout, hookTimeout: testTimeout, globalSetup },
});

/** unit: plain functions and mocks. conformance: plugins under a real engine, on this computer and a real API server. integration: real engine, real sshd, real processes. kubernetes: real engine, API server, scheduler and operator. */
export default defineConfig({
  test: {
    projects: [
      project(
        "unit",
        ["test/{topology,placement,components,ops,lab,tools,docs,policies,bench}/**/*.test.ts"],
        20_000,
      ),
      project("conformance", ["test/conformance/**/*.test.ts"], 300_000, [
        "test/conformance/kubernetes-if-built.ts",
      ]),
      project("integration", ["test/integration/**/*.test.ts"], 300_000, ["test/support/bed-folders.ts"]),
      project("kubernetes", ["test/kubernetes/**/*.test.ts"], 600_000, ["test/support/shared-kubernetes.ts"]),
    ],
  },
});
