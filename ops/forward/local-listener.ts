import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { ConfigError } from "../../topology/config-error";

/** Ports after the wanted one that are tried before any free one is taken. */
const neighbours = 20;

/** A port of this computer that nobody else's computer reaches. */
export class LocalListener {
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /**
   * Listens on 127.0.0.1: on `wanted`, or, when that is taken and not `asked` for, on the next one that is free.
   * Throws ConfigError when the one that was asked for is taken.
   */
  static async open(wanted: number, asked: boolean, take: (socket: Socket) => void): Promise<LocalListener> {
    const others = Array.from({ length: neighbours }, (_, at) => wanted + 1 + at).filter(
      (port) => port < 65_536,
    );
    for (const port of asked ? [wanted] : [wanted, ...others, 0]) {
      // What is written before the other side is there has to wait for it.
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
      server.listen({ host: "127.0.0.1", port, exclusive: true });
      try {
        await once(server, "listening");
      } catch (error) {
        if (["EADDRINUSE", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) continue;
        throw error;
      }
      const listener = new LocalListener(server, (server.address() as { port: number }).port);
      server.on("connection", (socket) => {
        listener.sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.on("close", () => listener.sockets.delete(socket));
        take(socket);
      });
      return listener;
    }
    throw new ConfigError([
      `berth: --local ${wanted} is taken on 127.0.0.1, or not yours to take; choose another, or leave --local out`,
    ]);
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
