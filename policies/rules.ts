import { adviseMemoryHeadroom } from "./advise-memory-headroom";
import { forbidPasswordLogin } from "./forbid-password-login";
import { forbidSecretInCommand } from "./forbid-secret-in-command";
import { limitInstancesPerNode } from "./limit-instances-per-node";
import { requireAntiAffinity } from "./require-anti-affinity";
import { requireContainerMemoryLimits } from "./require-container-memory-limits";
import { requireDisjointPeerPorts } from "./require-disjoint-peer-ports";
import { requireGpuCountWithinNode } from "./require-gpu-count-within-node";
import { requireGpuMemory } from "./require-gpu-memory";
import { requireGpuWhereRequired } from "./require-gpu-where-required";
import { requireHostKey } from "./require-host-key";
import { requireImageOfNodeArchitecture } from "./require-image-of-node-architecture";
import { requireMemoryHeadroom } from "./require-memory-headroom";
import { requireRayDashboardOnLocalhost } from "./require-ray-dashboard-on-localhost";
import { requireRayObjectStoreSize } from "./require-ray-object-store-size";
import { requireRayPriorityBelowOthers } from "./require-ray-priority-below-others";
import { requireRayTokenAuth } from "./require-ray-token-auth";
import { requireRayVersion } from "./require-ray-version";
import { requireValidOverrides } from "./require-valid-overrides";
import type { Level, Rule } from "./rule";
import { showOverrides } from "./show-overrides";
import { showRayExemptions } from "./show-ray-exemptions";

/** Every rule by its level. A mandatory one that is broken ends a preview with an error, an advisory one is only shown. */
export const rules: Readonly<Record<Level, readonly Rule[]>> = {
  mandatory: [
    requireMemoryHeadroom,
    requireGpuMemory,
    requireGpuCountWithinNode,
    requireGpuWhereRequired,
    limitInstancesPerNode,
    requireAntiAffinity,
    requireDisjointPeerPorts,
    requireHostKey,
    forbidPasswordLogin,
    forbidSecretInCommand,
    requireRayVersion,
    requireRayTokenAuth,
    requireRayDashboardOnLocalhost,
    requireRayObjectStoreSize,
    requireRayPriorityBelowOthers,
    requireContainerMemoryLimits,
    requireImageOfNodeArchitecture,
    requireValidOverrides,
  ],
  advisory: [adviseMemoryHeadroom, showRayExemptions, showOverrides],
};
