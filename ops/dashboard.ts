import { existsSync } from "node:fs";
import { ConfigError } from "../topology/config-error";
import { stackFile, stackFiles } from "../topology/stack-files";
import { intervals, numberOption, ports } from "./command/number-option";
import { Live } from "./dashboard/live";
import { serve } from "./dashboard/serve";
import { stackTopology } from "./stack/topology";

export interface DashboardOptions {
  configFile?: string;
  /** 0: whichever is free. */
  port: string;
  /** Seconds. */
  interval?: string;
  json?: boolean;
}

/**
 * Serves a stack's page to browsers on this computer until Ctrl-C: nodes, instances and the plan as they are, and what an instance
 * elsewhere would mean. Returns the exit status: 130. Throws ConfigError.
 */
export async function dashboard(stack: string, options: DashboardOptions): Promise<number> {
  const port = numberOption("--port", options.port, { ...ports, least: 0 });
  const { cluster } = stackTopology(stack, stackFiles(stack, options.configFile));
  const seconds =
    options.interval === undefined
      ? cluster.healthCheck.intervalSeconds
      : numberOption("--interval", options.interval, intervals);
  const configFile = options.configFile ?? stackFile(stack);
  if (!existsSync(configFile)) throw new ConfigError([`berth: no file ${configFile}`]);
  const controller = new AbortController();
  // A closed terminal, too: what is asked for a page has files of its own, which go only when it has ended.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => controller.abort());
  const ended = controller.signal;
  const live = new Live(stack, options.configFile, seconds, ended);
  const { url, close } = await serve({ stack, configFile: options.configFile, live, port, ended });
  console.log(
    options.json
      ? JSON.stringify({ url })
      : `${url}\nOnly this computer reaches it, and only with this address. Ctrl-C ends it.`,
  );
  await live.untilEnded();
  await close();
  return 130;
}
