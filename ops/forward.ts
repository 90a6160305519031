import { constants } from "node:os";
import { numberOption, ports } from "./command/number-option";
import { type ForwardEvent, OpenForwards } from "./forward/open-forwards";
import { labelOf } from "./forward/target";
import { paint } from "./terminal/paint";

export interface ForwardOptions {
  configFile?: string;
  local?: string;
  json?: boolean;
}

/**
 * Brings ports of a stack to 127.0.0.1 until Ctrl-C, over lost connections, restarts and moves. Returns the exit status: 1 none
 * could be opened, 130 after Ctrl-C. Throws ConfigError.
 */
export async function forward(
  stack: string,
  words: readonly string[],
  options: ForwardOptions,
): Promise<number> {
  const interrupted = firstSignal();
  const tell = options.json ? (event: ForwardEvent) => console.log(JSON.stringify(event)) : print;
  const { configFile } = options;
  const opening = OpenForwards.open({ stack, configFile, words, locals: localsOf(options), tell });
  const forwards = await Promise.race([opening, interrupted]);
  if (typeof forwards === "number") {
    // Ctrl-C while it was being opened: this process's end ends what it has begun.
    process.exit(forwards);
  }
  const status = forwards.open.length === 0 ? 1 : await interrupted;
  await forwards.close();
  return status;
}

/** Resolves with the exit status that a signal makes. */
function firstSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => resolve(128 + constants.signals[signal]));
  });
}

function localsOf({ local }: ForwardOptions): number[] | undefined {
  return local?.split(",").map((text) => numberOption("--local", text, ports));
}

function print({ event, name, port, url, on, reason }: ForwardEvent): void {
  const colors = paint(process.stdout);
  const label = labelOf({ name, port });
  if (event === "lost") console.log(colors.yellow(`${label}: lost: ${reason}; trying again`));
  else if (event === "reopened") console.log(colors.green(`${label}: ${url} again, on ${on}`));
  else console.log(`${label}: ${url}, on ${on}`);
}
