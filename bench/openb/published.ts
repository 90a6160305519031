/**
 * Allocated GPU in % when as much is asked for as there is, mean of ten shuffles, by workload: the authors' own runs
 * (github.com/hkust-adsl/kubernetes-scheduler-simulator, experiments/analysis/expected_results; USENIX ATC 2023).
 */
export const published: Readonly<Record<string, { random: number; "best-fit": number; fgd: number }>> = {
  default: { random: 86.3, "best-fit": 92.86, fgd: 95.23 },
  cpu050: { random: 89.02, "best-fit": 93.56, fgd: 95.0 },
  cpu100: { random: 87.44, "best-fit": 93.26, fgd: 95.21 },
  cpu200: { random: 83.03, "best-fit": 92.15, fgd: 94.82 },
  cpu250: { random: 80.0, "best-fit": 91.21, fgd: 93.2 },
  gpushare40: { random: 84.86, "best-fit": 91.44, fgd: 93.96 },
  gpushare60: { random: 82.81, "best-fit": 89.06, fgd: 91.25 },
  gpushare80: { random: 80.62, "best-fit": 86.66, fgd: 89.08 },
  gpushare100: { random: 78.9, "best-fit": 84.62, fgd: 86.64 },
  gpuspec10: { random: 86.26, "best-fit": 93.1, fgd: 94.66 },
  gpuspec20: { random: 85.9, "best-fit": 88.46, fgd: 94.66 },
  gpuspec25: { random: 85.42, "best-fit": 85.67, fgd: 93.91 },
  gpuspec33: { random: 83.87, "best-fit": 80.39, fgd: 87.84 },
  multigpu20: { random: 86.92, "best-fit": 93.73, fgd: 95.53 },
  multigpu30: { random: 86.63, "best-fit": 94.57, fgd: 96.36 },
  multigpu40: { random: 85.38, "best-fit": 95.1, fgd: 96.91 },
  multigpu50: { random: 81.28, "best-fit": 95.62, fgd: 97.09 },
};

/** @returns the workload that the file is called after, as in openb_pod_list_default.csv */
export function workloadOf(podsFile: string): string | undefined {
  const name = /([a-z]+\d*)\.csv$/.exec(podsFile)?.[1];
  return name !== undefined && Object.hasOwn(published, name) ? name : undefined;
}
