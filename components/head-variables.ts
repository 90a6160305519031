/** Environment of a Ray head, so that its clients get an answer. `workloads/supervisor/ray_member.py` has the same for heads over SSH. */
export const headVariables: readonly (readonly [name: string, value: string])[] = [
  // A client gets a process of its own, forked beside threads of gRPC, whose handlers of a fork may end it, unnoticed.
  ["GRPC_ENABLE_FORK_SUPPORT", "0"],
  // With a cold disk it is not ready within Ray's 30 s.
  ["RAY_CLIENT_SERVER_CHECK_CHANNEL_TIMEOUT_S", "120"],
];
