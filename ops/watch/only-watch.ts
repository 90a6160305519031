import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { ConfigError } from "../../topology/config-error";

/**
 * Makes this process the one watch that keeps a folder's file: a socket of the kernel's without a file, which is free again as
 * soon as its holder is dead, however it died. Resolves with what gives it up. Throws ConfigError when another has it.
 */
export async function onlyWatch(folder: string, stack: string): Promise<() => void> {
  const id = createHash("sha256")
    .update(`${realpathSync(folder)}/${stack}`)
    .digest("hex")
    .slice(0, 32);
  const path = `\0berth-watch-${id}`;
  const server = createServer((caller) => caller.on("error", () => {}).end(`${process.pid}`));
  try {
    await listening(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new ConfigError([
      `berth: ${stack} is watched already, by process ${await holder(path)}; end that with Ctrl-C first`,
    ]);
  }
  server.unref();
  return () => server.close();
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    server.once("error", fail).listen({ path }, done);
  });
}

function holder(path: string): Promise<string> {
  return new Promise((done) => {
    let said = "";
    const socket = connect({ path });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on("data", (chunk) => (said += chunk));
    socket.on("error", () => {}).on("close", () => done(said || "?"));
  });
}
