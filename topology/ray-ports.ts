/** Ports that one member of a Ray cluster holds, in a row. */
export const portsPerMember = 64;

/** What a member listens on, by the words of Ray's options; the numbers are offsets in its block. */
const offsets = {
  gcs: 0,
  client_server: 1,
  dashboard: 2,
  node_manager: 3,
  object_manager: 4,
  metrics_export: 5,
  dashboard_agent_listen: 6,
  dashboard_agent_grpc: 7,
  runtime_env_agent: 8,
  redis: 9,
  min_worker: 10,
  max_worker: portsPerMember - 1,
};

export type RayPorts = Readonly<Record<keyof typeof offsets, number>>;

/** The ports of a member whose block begins at `first`. Nothing is left to chance: Ray's own choice of ports takes any that is free. */
export function rayPorts(first: number): RayPorts {
  return Object.fromEntries(
    Object.entries(offsets).map(([use, offset]) => [use, first + offset]),
  ) as unknown as RayPorts;
}
