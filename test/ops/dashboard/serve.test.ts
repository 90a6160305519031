/** Whom the page's server answers, and what it makes of requests that no page sends. What it shows is proved in test/integration. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Live } from "../../../ops/dashboard/live";
import { serve } from "../../../ops/dashboard/serve";

let served: Awaited<ReturnType<typeof serve>>;
let cookie: string;
const ended = new AbortController();
const token = () => new URL(served.url).searchParams.get("token")!;

beforeAll(async () => {
  const stack = "hive-cluster";
  const live = new Live(stack, undefined, 60, ended.signal);
  served = await serve({ stack, configFile: undefined, live, port: 0, ended: ended.signal });
  cookie = `berth-${new URL(served.url).port}=${token()}`;
});
afterAll(() => served.close());

/** Status and answer. */
async function asked(path: string, headers: Record<string, string> = {}, body?: string) {
  const { hostname, port } = new URL(served.url);
  const method = body === undefined ? "GET" : "POST";
  const sent = request({ hostname, port, path, method, headers: { cookie, ...headers } });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, text: await text(answer), headers: answer.headers };
}

test("the address with its token gives a cookie, which nobody keeps or passes on", async () => {
  const { status, headers } = await asked(`/?token=${token()}`, { cookie: "" });
  expect([status, headers.location]).toEqual([303, "/"]);
  expect(headers["set-cookie"]).toEqual([`${cookie}; HttpOnly; SameSite=Strict; Path=/`]);
  expect([headers["cache-control"], headers["referrer-policy"]]).toEqual(["no-store", "no-referrer"]);
});

test.each([
  ["another name for this address", "/", { host: "evil.example:80" }, undefined, 403],
  ["a page of another port", "/what-if", { origin: "http://127.0.0.1:1" }, "{}", 403],
  ["no token", "/", { cookie: "" }, undefined, 403],
  [
    "a token as long, in other letters",
    `/?token=${encodeURIComponent("é".repeat(64))}`,
    { cookie: "" },
    undefined,
    403,
  ],
  ["no address at all", "//", {}, undefined, 404],
  ["a way out of the folder", "/../serve.ts", {}, undefined, 404],
  ["the same, hidden", "/%2e%2e/serve.ts", {}, undefined, 404],
  ["a body that is no JSON", "/what-if", {}, "critic: rpi1", 400],
  ["a body that is no object", "/what-if", {}, '["critic"]', 400],
  ["a node that is none", "/what-if", {}, '{"critic": "rpi9"}', 400],
  ["an instance that is none", "/logs?instance=..%2F..%2Fetc", {}, undefined, 400],
])("%s is refused", async (_, path, headers, body, expected) => {
  const { status, text } = await asked(path, headers as Record<string, string>, body);
  expect([status, Object.keys(JSON.parse(text))]).toEqual([expected, ["problem"]]);
});

test("what a page of its own sends is answered", async () => {
  const { status, text } = await asked(
    "/what-if",
    { origin: new URL(served.url).origin },
    '{"critic": "host"}',
  );
  expect([status, JSON.parse(text).yaml]).toEqual([200, expect.stringContaining("critic: host")]);
});
