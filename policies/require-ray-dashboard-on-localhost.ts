import { commandTexts, commandTypes } from "./command-types";
import { RayCluster } from "./component-types";
import { exampleRayCluster } from "./example";
import type { ResourceRule } from "./rule";

const local = ["127.0.0.1", "localhost", "::1"];
const option = /--dashboard-host[=\s]+["']?([^\s"']+)/;

export const requireRayDashboardOnLocalhost: ResourceRule = {
  name: "require-ray-dashboard-on-localhost",
  description:
    "The dashboard of a Ray cluster listens on its own machine only; that of one that a command starts, too.",
  why: "It submits jobs, and its token travels readable: who is to see it comes through ssh -L.",
  types: [RayCluster, ...commandTypes],
  check(values, _, type) {
    if (type !== RayCluster)
      return commandTexts.flatMap((key) => {
        const host = values.has(key) ? option.exec(values.text(key))?.[1] : undefined;
        if (host === undefined || local.includes(host)) return [];
        return [`${key}: opens the dashboard of Ray on ${host}; leave --dashboard-host out`];
      });
    const [cluster, host] = [values.text("cluster"), values.text("dashboardHost")];
    return local.includes(host)
      ? []
      : [`${cluster}: its dashboard listens on ${host}; it has to be 127.0.0.1`];
  },
  broken: { resources: [exampleRayCluster({ dashboardHost: "0.0.0.0" })] },
};
