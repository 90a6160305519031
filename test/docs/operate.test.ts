/** The page's examples that need no machine, as they are printed today. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const page = readFileSync("docs/operate.md", "utf8");
const examples = [...page.matchAll(/^\$ \.\/berth ((?:validate|why) .*)\n([^`]*)/gm)];

it.each(examples.map(([, command, printed]) => [command!, printed!]))("./berth %s", (command, printed) => {
  const { stdout } = spawnSync(process.execPath, ["berth", ...command.split(" ")], { encoding: "utf8" });
  expect(stdout).toBe(printed);
});
