import { checkKubernetesNodes } from "./check-kubernetes-nodes";
import type { WrittenCluster } from "./cluster";
import type { Finding } from "./finding";
import { toFloor, toHeadroom, type WrittenHeadroom } from "./memory-headroom";
import { hasGpu, isUnified, type WrittenNode } from "./node";
import { showGb } from "./units";

/** What each field allows but the fields together do not. */
export function checkCluster(written: WrittenCluster): Finding[] {
  const headroom = toHeadroom(written.memory_headroom);
  const names = written.nodes.map(({ name }) => name);
  return [
    ...headroomFindings(written.memory_headroom, headroom, []),
    ...floorFindings(written.memory_headroom, {}, []),
    ...leaseFindings(written),
    ...written.nodes.flatMap((node, index) => [
      ...(names.indexOf(node.name) < index
        ? [
            {
              path: ["nodes", index, "name"],
              text: `a second node called "${node.name}"; give each its own name`,
            },
          ]
        : []),
      ...headroomFindings(node.memory_headroom, toHeadroom(node.memory_headroom, headroom), ["nodes", index]),
      ...floorFindings(node.memory_headroom, written.memory_headroom, ["nodes", index]),
      ...[...gpuFindings(node), ...memoryFindings(node)].map(({ path, text }) => ({
        path: ["nodes", index, ...path],
        text,
      })),
    ]),
    ...checkKubernetesNodes(written),
  ];
}

// One that a single slow round can end would end experiments for nothing.
function leaseFindings({ failover, health_check }: WrittenCluster): Finding[] {
  const { lease_seconds: lease = 0 } = failover;
  const least = 2 * health_check.interval_seconds;
  if (lease === 0 || lease >= least) return [];
  const text = `${lease} is less than twice interval_seconds; at least ${least}, or 0 for no lease`;
  return [{ path: ["failover", "lease_seconds"], text }];
}

function gpuFindings(node: WrittenNode): Finding[] {
  const { gpu, gpus, gpu_model: model, gpu_sharing: sharing } = node;
  if (gpu === false && gpus !== undefined)
    return [{ path: ["gpu"], text: `false contradicts gpus: ${gpus}; keep only gpus` }];
  if (model !== undefined && !hasGpu(node)) {
    const text = `"${model}", but gpu is false; write gpu: true or leave this out`;
    return [{ path: ["gpu_model"], text }];
  }
  if (gpus !== undefined && (sharing?.physical ?? gpus) > 1 && isUnified(node)) {
    const text = `${gpus} GPUs, but unified memory belongs to one; write unified_memory: false or gpus: 1`;
    return [{ path: ["gpus"], text }];
  }
  return [];
}

function memoryFindings(node: WrittenNode): Finding[] {
  const findings: Finding[] = [];
  const { ram_gb: ram, reserved_ram_gb: reserved = 0, gpu_memory_gb: gpuMemory = 0 } = node;
  if (reserved >= ram) {
    const text = `${showGb(reserved)} of ${showGb(ram)} RAM leaves nothing to place; lower it`;
    findings.push({ path: ["reserved_ram_gb"], text });
  }
  if (gpuMemory > 0 && !hasGpu(node)) {
    const text = `${showGb(gpuMemory)} of GPU memory, but gpu is false; write gpu: true or leave this out`;
    findings.push({ path: ["gpu_memory_gb"], text });
  } else if (gpuMemory > ram && isUnified(node)) {
    const text = `${showGb(gpuMemory)} is more than the ${showGb(ram)} of unified memory it is part of; at most ram_gb`;
    findings.push({ path: ["gpu_memory_gb"], text });
  }
  return findings;
}

function headroomFindings(
  written: WrittenNode["memory_headroom"],
  effective: { require: number; advise: number },
  path: Finding["path"],
): Finding[] {
  const isWritten = written.require !== undefined || written.advise !== undefined;
  if (!isWritten || effective.advise >= effective.require) return [];
  const text = `advise ${effective.advise} is below require ${effective.require}; advise at least what is required`;
  return [{ path: [...path, "memory_headroom"], text }];
}

// Above what is to stay free by plan, instances would be ended although they are where they were placed.
function floorFindings(written: WrittenHeadroom, cluster: WrittenHeadroom, path: Finding["path"]): Finding[] {
  const { require } = toHeadroom(written, toHeadroom(cluster));
  const floor = toFloor(written, cluster);
  const isWritten = written.require !== undefined || written.floor !== undefined;
  if (!isWritten || floor <= require) return [];
  const text = `floor ${floor} is above require ${require}; at most what is required`;
  return [{ path: [...path, "memory_headroom"], text }];
}
