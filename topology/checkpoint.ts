import { choice, filledList, line, section, wholeNumber } from "./fields";

const signals = ["SIGUSR1", "SIGUSR2", "SIGINT", "SIGHUP"] as const;

/** What an instance is asked for before it is ended: by one of the two. */
export interface Checkpoint {
  signal?: (typeof signals)[number];
  command?: string[];
  timeoutSeconds: number;
}

export const checkpointSchema = section("a map with signal or command, and timeout_seconds", {
  signal: choice(signals).optional().meta({
    description:
      "Sent to its program, which writes what it goes on from to the folder `BERTH_CHECKPOINT_DIR` and ends by itself",
    absent: "`SIGUSR1`, unless there is a `command`",
    example: "SIGUSR2",
  }),
  command: filledList(
    'a list of words such as ["python3", "save.py"]',
    line("text on one line"),
    "at least one word",
  )
    .optional()
    .meta({
      description:
        "Run beside its program instead, in the same directory with the same variables: it writes to `BERTH_CHECKPOINT_DIR`, then the program is stopped",
      absent: "the signal",
      example: ["python3", "save.py"],
    }),
  timeout_seconds: wholeNumber(1, 3600).default(60).meta({
    description: "What takes longer is stopped as it is",
    example: 300,
  }),
});

type WrittenCheckpoint = ReturnType<typeof checkpointSchema.parse>;

export function toCheckpoint(written: WrittenCheckpoint): Checkpoint {
  const { signal, command, timeout_seconds: timeoutSeconds } = written;
  return command ? { command, timeoutSeconds } : { signal: signal ?? "SIGUSR1", timeoutSeconds };
}
