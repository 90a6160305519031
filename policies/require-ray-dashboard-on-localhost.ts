import { RayCluster } from "./component-types";
import { exampleRayCluster } from "./example";
import type { ResourceRule } from "./rule";
import { runningTypes, textsOf } from "./texts-of";

const local = ["127.0.0.1", "localhost", "::1"];
const option = /--dashboard-host[=\s]+["']?([^\s"']+)/g;

export const requireRayDashboardOnLocalhost: ResourceRule = {
  name: "require-ray-dashboard-on-localhost",
  description:
    "The dashboard of a Ray cluster listens on its own machine only; that of one that a command starts, too.",
  why: "It submits jobs, and its token travels readable: who is to see it comes through ssh -L.",
  types: [RayCluster, ...runningTypes],
  check(values, _, type) {
    if (type !== RayCluster)
      return textsOf(values, type)
        .filter(([, text]) => [...text.matchAll(option)].some(([, host]) => !local.includes(host!)))
        .map(([key]) => `${key}: opens the dashboard of Ray to others; leave --dashboard-host out`);
    const [cluster, host] = [values.text("cluster"), values.text("dashboardHost")];
    return local.includes(host)
      ? []
      : [`${cluster}: its dashboard listens on ${host}; it has to be 127.0.0.1`];
  },
  broken: { resources: [exampleRayCluster({ dashboardHost: "0.0.0.0" })] },
};
