/** That the examples of each verb's help are what can be typed. What they do is proved where the verbs are. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { addConnectVerbs } from "../../../ops/command/connect-verbs";
import { addMachineVerbs } from "../../../ops/command/machine-verbs";
import { addOperateVerbs } from "../../../ops/command/operate-verbs";
import { addPlanVerbs } from "../../../ops/command/plan-verbs";
import { addPulumiVerbs } from "../../../ops/command/pulumi-verbs";

const program = new Command("berth");
for (const add of [addPlanVerbs, addPulumiVerbs, addOperateVerbs, addMachineVerbs, addConnectVerbs])
  add(program);

test.each(program.commands.map((verb) => [verb.name(), verb] as const))(
  "the examples of %s call it",
  (name, verb) => {
    let help = "";
    verb.configureOutput({ writeOut: (text) => (help += text) });
    verb.outputHelp();
    const examples = help.slice(help.indexOf("Examples:\n")).trim().split("\n").slice(1);
    const begin = new RegExp(`^  (\\./berth ${name} |eval "\\$\\(\\./berth ${name} )`);
    expect([examples.length > 0, examples.filter((example) => !begin.test(`${example} `))]).toEqual([
      true,
      [],
    ]);
  },
);
