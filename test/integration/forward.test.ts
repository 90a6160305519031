/** `./berth forward` against real sshd: connections that are cut, programs that move, and what is left of it afterwards. */
import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { load } from "js-yaml";
import { afterEach, expect, test } from "vitest";
import { nothing, sleepers, TestBed } from "../support/test-bed";
import { VerbProcess } from "../support/verb-process";

/** Milliseconds; each runs the engine several times. */
const longest = 600_000;

let bed: TestBed;
afterEach(() => bed.close());

const server = `
import http.server, os
class Name(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * int(self.path[1:]) if self.path != "/" else os.environ["BERTH_HOST"].encode())
http.server.ThreadingHTTPServer((os.environ["BERTH_HOST"], int(os.environ["BERTH_PORT"])), Name).serve_forever()
`;
const on = (where: Record<string, string>) =>
  sleepers(
    Object.keys(where),
    { placement: where, code: { local_path: "code" } },
    { network: "peers", command: ["python3", "main.py"] },
  );

/** With ports that no other test's programs listen on: the nodes of all labs have the same addresses. */
const cluster = {
  ...(load(readFileSync("stacks/clusters/brain-in-jar.yaml", "utf8")) as object),
  network: { peer_port_range: { start: 9200, end: 9300 } },
};

const addressOf = (node: string) => bed.lab.nodes.find(({ name }) => name === node)!.address;
const got = async (port: string, path = "/") => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

test("ports of instances, over a cut connection and a move; Ctrl-C and SIGKILL leave nothing", {
  timeout: longest,
}, async () => {
  bed = await TestBed.open({ cluster, scenario: on({ critic: "jetson", judge: "rpi1" }) });
  bed.writeCode("main.py", server);
  await done(bed.up());
  const forward = VerbProcess.start(bed, "forward");
  const [, critic] = await forward.says(/^critic: 127\.0\.0\.1:(\d+), on jetson$/m);
  const [, judge] = await forward.says(/^judge: 127\.0\.0\.1:(\d+), on rpi1$/m);
  expect([await got(critic!), await got(judge!)]).toEqual([addressOf("jetson"), addressOf("rpi1")]);
  expect(
    (await Promise.all(Array.from({ length: 20 }, () => got(critic!, "/300000")))).map((body) => body.length),
  ).toEqual(Array(20).fill(300_000));
  // Nobody else's computer reaches it.
  expect(listeners()).toContain(`127.0.0.1:${critic}`);
  expect(listeners()).not.toContain(`0.0.0.0:${critic}`);

  sever("jetson");
  await forward.says(
    /^critic: lost: the connection to jetson is lost.*; trying again\n(.*\n)*critic: 127\.0\.0\.1:\d+ again, on jetson$/m,
  );
  expect([await got(critic!), await got(judge!)]).toEqual([addressOf("jetson"), addressOf("rpi1")]);
  expect(forward.output).not.toContain("judge: lost");

  bed.write(on({ critic: "rpi2", judge: "rpi1" }));
  await done(bed.up());
  // It is used, and so noticed.
  await expect(got(critic!)).rejects.toThrow();
  await forward.says(
    /^critic: lost: port \d+ of jetson does not answer: nothing listens there; trying again$/m,
  );
  await forward.says(/^critic: 127\.0\.0\.1:\d+ again, on rpi2$/m);
  expect(await got(critic!)).toBe(addressOf("rpi2"));

  expect(await forward.end("SIGINT")).toEqual([130, null]);
  expect(clients(forward)).toEqual([]);
  await expect(got(critic!)).rejects.toThrow();

  const killed = VerbProcess.start(bed, "forward", "critic", "--json");
  const [opened] = await killed.says(/^\{.*\}$/m);
  const { url, ...rest } = JSON.parse(opened!);
  expect(rest).toEqual({ event: "open", name: "critic", port: "peer", on: "rpi2" });
  expect(await got(url.split(":")[1])).toBe(addressOf("rpi2"));
  expect(clients(killed)).not.toEqual([]);
  await killed.end("SIGKILL");
  await expect.poll(() => clients(killed), { timeout: 60_000 }).toEqual([]);

  await done(bed.destroy());
  expect(bed.left()).toEqual(nothing);
});

test("any port of a node; ports that are asked for, taken, or of nobody", { timeout: longest }, async () => {
  bed = await TestBed.open({ cluster, scenario: on({ critic: "jetson" }) });
  bed.writeCode("main.py", server);
  await done(bed.up());
  const there = createServer((socket) => socket.on("error", () => {}).end("hello\n"));
  const port = await new Promise<number>((resolve) =>
    there.listen(0, "127.0.0.1", () => resolve((there.address() as { port: number }).port)),
  );
  const forward = VerbProcess.start(bed, "forward", `rpi1:${port}`, "critic:peer");
  // The node's own port is this computer's, and so taken: the next one is.
  const [, here] = await forward.says(new RegExp(`^rpi1 ${port}: 127\\.0\\.0\\.1:(\\d+), on rpi1$`, "m"));
  expect(Number(here)).not.toBe(port);
  expect(await text(connect(Number(here), "127.0.0.1"))).toBe("hello\n");
  await forward.says(/^critic: /m);
  expect(await forward.end("SIGTERM")).toEqual([143, null]);

  const refused = async (...args: string[]) => {
    const { status, output } = await bed.berth("forward", ...args);
    return { status, output };
  };
  expect(await refused(`rpi1:${port}`, "--local", `${port}`)).toEqual({
    status: 2,
    output: `berth: --local ${port} is taken on 127.0.0.1, or not yours to take; choose another, or leave --local out\n`,
  });
  there.close();
  // The nodes' loopback is this computer's: with the same port here it would reach itself.
  expect(await refused(`rpi1:${port}`, "--local", here!)).toEqual({
    status: 1,
    output: `rpi1 ${port}: lost: port ${port} of rpi1 does not answer: nothing listens there; trying again\n`,
  });
  expect(await refused("critics")).toEqual({
    status: 2,
    output:
      'berth: hive-cluster runs nothing called "critics", and no node of its is, did you mean "critic"?; after an update:  ./berth up hive-cluster\n',
  });
  await bed.silence("rpi1");
  expect((await refused("rpi1:80")).output).toMatch(
    /^rpi1 80: lost: CannotConnect: rpi1: ssh: connect to host /,
  );
  await bed.awaken("rpi1");
  await done(bed.destroy());
});

async function done(run: Promise<{ status: number | null; output: string }>): Promise<void> {
  const { status, output } = await run;
  expect(status, output).toBe(0);
}

/** Kills what serves the SSH connections of a node; the server takes new ones. */
function sever(node: string): void {
  const folder = join(bed.folder, "lab", "nodes", node, "sshd");
  const [server] = processes().filter((pid) => read(pid, "cmdline").includes(join(folder, "sshd_config")));
  const served = processes().filter((pid) => Number(/\) \S (\d+)/.exec(read(pid, "stat"))?.[1]) === server);
  expect(served).not.toEqual([]);
  for (const pid of served) process.kill(pid, "SIGKILL");
}

/** The SSH clients of a forward. */
const clients = ({ child }: VerbProcess) =>
  processes().filter((pid) => read(pid, "cmdline").includes(`/forward-${child.pid}-`));

function listeners(): string[] {
  const lines = readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1);
  return lines.flatMap((line) => {
    const [, local, , state] = line.trim().split(/\s+/);
    if (state !== "0A") return [];
    const [address, port] = local!.split(":");
    const bytes = address!
      .match(/../g)!
      .map((two) => Number.parseInt(two, 16))
      .reverse();
    return [`${bytes.join(".")}:${Number.parseInt(port!, 16)}`];
  });
}

const processes = () =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
