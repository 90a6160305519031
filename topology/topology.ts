import type { Cluster } from "./cluster";
import type { Observed } from "./observed";
import type { Scenario } from "./scenario";

/** All that a placement decision depends on: plain, frozen, sizes in bytes. */
export interface Topology {
  cluster: Cluster;
  scenario: Scenario;
  observed: Observed;
}
