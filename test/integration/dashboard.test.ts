/** The page of `./berth dashboard` in a real browser, over machines that run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import puppeteer, { type Browser, type Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { find } from "../../tools/system-packages.mjs";
import { processesOf } from "../support/processes-of";
import { sleepers, TestBed } from "../support/test-bed";

const { instances } = sleepers(["a", "b"], {}, { preferred_node: "box" });
const scenario = { name: "two", instances: [{ ...instances[0], ram_gb: 7.5 }, instances[1]] };

const chromium = find("chromium");
const isSkipped = !chromium && !process.env.BERTH_NO_SKIP;

describe.skipIf(isSkipped)(`the page${isSkipped ? " (skipped, this computer lacks chromium)" : ""}`, () => {
  let bed: TestBed;
  let served: ChildProcess;
  let url: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  // The planner takes the whole of `small`; a policy leaves a tenth of it free.
  const machine = { ssh_user: "pi", max_instances: 4 };
  const cluster = {
    cluster: { name: "desk" },
    nodes: [
      { ...machine, name: "box", host: "192.0.2.1", ram_gb: 32 },
      { ...machine, name: "small", host: "192.0.2.2", ram_gb: 8, reserved_ram_gb: 0 },
    ],
    memory_headroom: { require: 0, advise: 0, floor: 0 },
  };

  beforeAll(async () => {
    bed = await TestBed.open({ cluster, scenario });
    const { status, output } = await bed.up();
    expect(status, output).toBe(0);
    const { stack, configFile, env } = bed.workspace;
    const args = ["dashboard", stack, "--config-file", configFile, "--interval", "2", "--json"];
    served = spawn("./berth", args, { env, stdio: ["ignore", "pipe", "inherit"] });
    const [first] = (await once(served.stdout!, "data")) as [Buffer];
    url = JSON.parse(`${first}`).url;
    browser = await puppeteer.launch({
      executablePath: chromium!,
      userDataDir: join(bed.folder, "profile"),
      args: ["--no-sandbox", "--disable-gpu"],
    });
    page = await browser.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.setViewport({ width: 1200, height: 900 });
    await page.goto(url);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    const ended = served && once(served, "exit");
    served?.kill("SIGINT");
    expect(await ended).toEqual([130, null]);
    await bed.close();
  });

  const text = (selector: string) => page.$eval(selector, (element) => element.textContent?.trim() ?? "");
  const shows = (selector: string, words: string) =>
    page.waitForFunction(
      (where: string, what: string) =>
        (
          globalThis as unknown as { document: { querySelector(s: string): { textContent: string } | null } }
        ).document
          .querySelector(where)
          ?.textContent.includes(what),
      { timeout: 120_000 },
      selector,
      words,
    );

  test("nobody sees it without its token, or under another name", async () => {
    const bare = url.replace(/\?.*/, "");
    expect((await fetch(bare)).status).toBe(403);
    expect((await fetch(`${bare}events`)).status).toBe(403);
    expect((await fetch(`${bare}verdict`, { method: "POST", body: "{}" })).status).toBe(403);
    expect((await fetch(url.replace(/token=.{8}/, "token=00000000"))).status).toBe(403);
    expect(page.url()).toBe(bare);
  });

  test("it shows the machines, and what runs on them, as it changes", async () => {
    await shows('[aria-label="box"] .badge', "HEALTHY");
    await shows('[aria-label="box"] [data-instance="a"]', "running");
    for (const pid of processesOf(bed, "a")) process.kill(pid, "SIGKILL");
    await shows('[data-instance="a"]', "dead");
  });

  test("an instance tells its log, its score, and every other node's reason", async () => {
    await page.click('[data-instance="b"]');
    await shows("#log", "awake");
    expect(await text("#reasons")).toMatch(/^box\d+ram \d+ .* preferred 10small\d+ram \d+/);
  });

  test("dragged to another node: score there, the policies' verdict, and what to paste", async () => {
    await page.hover('[aria-label="box"] [data-instance="b"]');
    await page.mouse.down();
    await page.hover('[aria-label="small"]');
    await page.mouse.up();
    await shows("#score", "there, ram");
    expect(await text("#yaml")).toBe("placement:\n  b: small");
    await shows("#verdict", "The policies let it pass.");
    expect(await text('[aria-label="small"] .chips')).toMatch(/^b/);
  });

  test("what a policy refuses is told in its words", async () => {
    await page.click('[data-instance="a"]');
    await page.select('[aria-label="another node"]', "small");
    await shows("#verdict", "It is refused.");
    expect(await text("#verdict")).toMatch(
      /mandatory, require-memory-headroom: .*\nsmall: 7.5 GB of 8 GB of RAM would be held, the limit is 7.2 GB/,
    );
  });

  test("what has no place there says what stands against it", async () => {
    bed.write({ ...scenario, instances: [{ ...scenario.instances[0], ram_gb: 9 }, scenario.instances[1]] });
    await page.click("#forget");
    await page.select('[aria-label="another node"]', "small");
    await shows("#score", "It has no place there.");
    await shows("#panel", "a, small: ");
    await shows("#verdict", "It is refused.");
  });

  test("the page itself has no complaint", () => {
    expect(complaints).toEqual([]);
  });
});
