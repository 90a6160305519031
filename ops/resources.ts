import { loadTopology } from "../topology/load-topology";
import { sshNodes } from "../topology/ssh-nodes";
import { stackFiles } from "../topology/stack-files";
import { askFacts } from "./ask-facts";
import { askNodes } from "./ask-nodes";
import { resourceTable } from "./resource-table";

export interface ResourcesOptions {
  configFile?: string;
  json?: boolean;
}

/**
 * Asks every node of a stack's cluster what is in use there and prints it. Returns the exit status: 0 all answered, 1 one did not.
 * Throws ConfigError.
 */
export async function resources(stack: string, options: ResourcesOptions): Promise<number> {
  const nodes = sshNodes(loadTopology(stackFiles(stack, options.configFile)).cluster);
  const asked = await askNodes(nodes, stack, askFacts);
  const answers = new Map([...asked].map(([name, said]) => [name, "answer" in said ? said.answer : said]));
  if (options.json) console.log(JSON.stringify({ nodes: Object.fromEntries(answers) }, null, 2));
  else console.log(resourceTable(answers));
  return [...answers.values()].some((answer) => "problem" in answer) ? 1 : 0;
}
