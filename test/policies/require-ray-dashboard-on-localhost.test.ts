import { exampleInstance, exampleRayCluster, exampleRayMember } from "../../policies/example";
import { requireRayDashboardOnLocalhost } from "../../policies/require-ray-dashboard-on-localhost";
import { local } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireRayDashboardOnLocalhost, [
  { name: "on the machine itself", resources: [exampleRayCluster()] },
  {
    name: "by its other names",
    resources: [exampleRayCluster({ dashboardHost: "localhost" }), local("ray start --dashboard-host ::1")],
  },
  {
    name: "for everybody",
    resources: [
      exampleRayCluster({ dashboardHost: "0.0.0.0" }),
      local("ray start --head --dashboard-port=8265 --dashboard-host=0.0.0.0"),
    ],
    says: [
      "mind: its dashboard listens on 0.0.0.0; it has to be 127.0.0.1",
      "create: opens the dashboard of Ray to others; leave --dashboard-host out",
    ],
  },
  {
    name: "an experiment that starts it, and says so twice",
    resources: [
      exampleInstance({ command: ["ray", "start", "--dashboard-host=::1", "--dashboard-host=::"] }),
    ],
    says: ["command: opens the dashboard of Ray to others; leave --dashboard-host out"],
  },
  { name: "another type", resources: [exampleRayMember()] },
]);
