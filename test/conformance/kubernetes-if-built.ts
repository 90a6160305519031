import { existsSync } from "node:fs";
import type { TestProject } from "vitest/node";
import { kubernetesPath } from "../../tools/environment.mjs";
import * as shared from "../support/shared-kubernetes";

/** For vitest, before the tests: a Kubernetes for them, if its programs are built or nothing may be skipped. */
export async function setup(project: TestProject): Promise<void> {
  if (existsSync(kubernetesPath()) || process.env.BERTH_NO_SKIP) return shared.setup(project);
  project.provide("kubernetesLab", "");
}

export const { teardown } = shared;
