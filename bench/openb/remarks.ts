import { groupBy } from "../../placement/group-by";
import { Packing } from "../../placement/pack/packing";
import type { Row, Table } from "./table";
import type { Trace } from "./trace";

/** What is odd in a trace, yet may be meant: a line each, with the first place. It changes no figure. */
export function remarksOf(nodes: Table, pods: Table, trace: Trace): string[] {
  return [...namesakes(nodes), ...unknownModels(nodes, pods), ...withoutNode(pods, trace)];
}

function namesakes({ rows }: Table): string[] {
  const again = [...groupBy(rows, (row) => row.values.get("sn"))].flatMap(([, all]) => all.slice(1));
  if (again.length === 0) return [];
  const [first] = again;
  return [
    `${first!.where} sn: "${first!.values.get("sn")}" is the name of an earlier node, too, one of ${again.length} such; each counts as a node of its own`,
  ];
}

function unknownModels({ rows: nodes }: Table, { rows }: Table): string[] {
  const models = new Set(nodes.map((row) => row.values.get("model")));
  const unknown = groupBy(
    rows.flatMap((row) => modelsOf(row).map((model) => ({ row, model }))),
    ({ model }) => model,
  );
  return [...unknown]
    .filter(([model]) => !models.has(model))
    .map(
      ([model, all]) =>
        `${all[0]!.row.where} gpu_spec: no node is of model "${model}", which ${count(all.length, "pod")} may run on`,
    );
}

function withoutNode({ rows }: Table, { kinds, machines, pods }: Trace): string[] {
  const empty = new Packing(kinds, machines);
  const fits = kinds.map((_, kind) => machines.some((_, machine) => empty.devicesFor(kind, machine) >= 0));
  const lost = rows.filter((_, pod) => !fits[pods[pod]!]);
  if (lost.length === 0) return [];
  return [
    `${lost[0]!.where}: the first of ${count(lost.length, "pod")} of ${rows.length} that fit on no node, however empty; what they ask for counts all the same`,
  ];
}

/** The models a pod may run on. None: any. */
export function modelsOf({ values }: Row): string[] {
  return (values.get("gpu_spec") ?? "").split("|").filter((model) => model !== "");
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
