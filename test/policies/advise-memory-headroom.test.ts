import { adviseMemoryHeadroom } from "../../policies/advise-memory-headroom";
import { exampleInstance, exampleNode } from "../../policies/example";
import { gb, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(adviseMemoryHeadroom, [
  { name: "at the limit", resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.4) })] },
  {
    name: "less free than advised",
    resources: [exampleNode(), exampleInstance({ ramBytes: gb(6.5) })],
    says: [
      "rpi1: 6.5 GB of 8 GB of RAM would be held, the limit is 6.4 GB: 20 % should stay free (memory_headroom.advise)\nit is critic 6.5 GB\nthe smallest change: 0.1 GB less: ram_gb of critic lowered to 6.4, or critic on another node",
    ],
  },
  { name: "another type", resources: [remote(pinned)] },
]);
