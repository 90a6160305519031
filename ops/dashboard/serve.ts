import { randomBytes, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ConfigError } from "../../topology/config-error";
import { stackFiles } from "../../topology/stack-files";
import { stackTopology } from "../stack/topology";
import { berthVerb } from "./berth-verb";
import type { Live } from "./live";
import { verdict } from "./verdict";
import { whatIf } from "./what-if";

export interface ServeArgs {
  readonly stack: string;
  readonly configFile: string | undefined;
  readonly live: Live;
  /** 0: whichever is free. */
  readonly port: number;
  /** Ends what is being asked for a page. */
  readonly ended: AbortSignal;
}

const host = "127.0.0.1";
const largestBody = 64 * 1024;
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html"],
  "/page.css": ["page.css", "text/css"],
  ...Object.fromEntries(
    ["page.js", "make.js", "nodes.js", "panel.js", "shown.js"].map((name) => [
      `/${name}`,
      [name, "text/javascript"] as const,
    ]),
  ),
};

/**
 * Starts the page's server on this computer's own address; whoever asks has to bring the token that is in `url`. Rejects when the
 * port is taken.
 */
export async function serve(args: ServeArgs): Promise<{ url: string; close: () => Promise<void> }> {
  const token = randomBytes(32).toString("hex");
  const server = createServer((request, response) => {
    void answer(args, token, request, response).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      send(response, error instanceof ConfigError ? 400 : 500, { problem: text });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new ConfigError([`berth: port ${args.port} is taken; leave --port out, and a free one is found`])
          : error,
      ),
    );
    server.listen(args.port, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${host}:${port}/?token=${token}`, close };
}

async function answer(
  args: ServeArgs,
  token: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Browsers give one port's cookies to all others of a computer.
  const cookie = `berth-${request.socket.localPort}`;
  // Another page's script may send requests here, under a name of its own that leads to this address, or from another port.
  const { host: called = "", origin = `http://${called}` } = request.headers;
  if (!new RegExp(`^(${host}|localhost):\\d+$`).test(called) || origin !== `http://${called}`)
    return send(response, 403, { problem: "only for this computer" });
  if (!URL.canParse(request.url ?? "/", `http://${host}`))
    return send(response, 404, { problem: "there is nothing here" });
  const { pathname, searchParams } = new URL(request.url ?? "/", `http://${host}`);
  if (pathname === "/" && isSame(searchParams.get("token"), token)) {
    response.writeHead(303, {
      ...safely,
      Location: "/",
      "Set-Cookie": `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`,
    });
    response.end();
    return;
  }
  if (!isSame(cookieOf(request, cookie), token))
    return send(response, 403, {
      problem: "the address lacks its token; take it from where berth dashboard runs",
    });
  const file = files[pathname];
  if (request.method === "GET" && file) return sendFile(response, ...file);
  if (request.method === "GET" && pathname === "/events") return sendEvents(args.live, response);
  if (request.method === "GET" && pathname === "/logs")
    return send(response, 200, await logs(args, searchParams.get("instance") ?? ""));
  if (request.method === "POST" && (pathname === "/what-if" || pathname === "/verdict")) {
    const byHand = await placesIn(args, request);
    const topology = stackTopology(args.stack, stackFiles(args.stack, args.configFile));
    return send(
      response,
      200,
      pathname === "/what-if"
        ? await whatIf(topology, byHand)
        : await verdict(args.stack, args.configFile, byHand, args.ended),
    );
  }
  return send(response, 404, { problem: "there is nothing here" });
}

function cookieOf({ headers }: IncomingMessage, cookie: string): string | null {
  return new RegExp(`(?:^|; )${cookie}=([0-9a-f]+)`).exec(headers.cookie ?? "")?.[1] ?? null;
}

function isSame(given: string | null, token: string): boolean {
  const [one, other] = [Buffer.from(given ?? ""), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const safely = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'self'; img-src data:; frame-ancestors 'none'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...safely, "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

function sendFile(response: ServerResponse, name: string, type: string): void {
  response.writeHead(200, { ...safely, "Content-Type": `${type}; charset=utf-8` });
  response.end(readFileSync(join(__dirname, "page", name)));
}

function sendEvents(live: Live, response: ServerResponse): void {
  response.writeHead(200, { ...safely, "Content-Type": "text/event-stream" });
  const write = (view: object) => response.write(`data: ${JSON.stringify(view)}\n\n`);
  write(live.view);
  response.on("close", live.watch(write));
}

async function logs({ stack, configFile, ended }: ServeArgs, instance: string): Promise<{ text: string }> {
  const { scenario } = stackTopology(stack, stackFiles(stack, configFile));
  if (!scenario.instances.some(({ id }) => id === instance))
    throw new ConfigError([`no instance "${instance}"`]);
  const config = configFile === undefined ? [] : ["--config-file", configFile];
  const { stdout, stderr } = await berthVerb(["logs", stack, instance, "-n", "40", ...config], ended);
  return { text: stdout || stderr };
}

/** What a page asks for: node by instance, names that the files know. */
async function placesIn(
  { stack, configFile }: ServeArgs,
  request: IncomingMessage,
): Promise<Record<string, string>> {
  const { scenario, cluster } = stackTopology(stack, stackFiles(stack, configFile));
  const given = parsed(await bodyOf(request));
  const ids = scenario.instances.map(({ id }) => id);
  const nodes = cluster.nodes.map(({ name }) => name);
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new ConfigError(["that is no JSON object of nodes by instance"]);
  const places = Object.entries(given);
  for (const [id, node] of places)
    if (!ids.includes(id) || !nodes.includes(node)) throw new ConfigError([`no place "${id}: ${node}"`]);
  return Object.fromEntries(places);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > largestBody) throw new ConfigError(["that is too much"]);
  }
  return text;
}
