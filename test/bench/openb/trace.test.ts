import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readTrace } from "../../../bench/openb/trace";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-trace-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const nodesHeader = "sn,cpu_milli,memory_mib,gpu,model";
const podsHeader = "cpu_milli,memory_mib,num_gpu,gpu_milli";

function trace(nodes: string, pods: string) {
  writeFileSync(join(folder, "nodes.csv"), nodes);
  writeFileSync(join(folder, "pods.csv"), pods);
  return readTrace(join(folder, "nodes.csv"), join(folder, "pods.csv"));
}

function refusal(nodes: string, pods: string): string {
  try {
    trace(nodes, pods);
    return "none";
  } catch (error) {
    return (error as Error).message.replaceAll(`${folder}/`, "");
  }
}

const ofPod = (...rows: string[]) =>
  refusal(`${nodesHeader}\nn0,8000,16384,2,T4\n`, [podsHeader, ...rows].join("\n"));
const ofNode = (...rows: string[]) =>
  refusal([nodesHeader, ...rows].join("\n"), `${podsHeader}\n1,1,1,1000\n`);

test("a value that is none is said with file, line and column", () => {
  const expected = "expected a whole number of at most 12 digits; got";
  expect(ofPod("1,1,1,1000", "", "x,1,1,1000")).toBe(`pods.csv:4 cpu_milli: ${expected} "x"`);
  expect(ofPod("1,-1,1,1000")).toBe(`pods.csv:2 memory_mib: ${expected} "-1"`);
  expect(ofPod("1,1,,1000")).toBe(`pods.csv:2 num_gpu: ${expected} ""`);
  expect(ofPod("1,1,1,0x10")).toBe(`pods.csv:2 gpu_milli: ${expected} "0x10"`);
  expect(ofPod("1,1.5,1,1000")).toBe(`pods.csv:2 memory_mib: ${expected} "1.5"`);
  expect(ofPod("1,1e400,1,1000")).toBe(`pods.csv:2 memory_mib: ${expected} "1e400"`);
  expect(ofNode("n0,8000,NaN,2,T4")).toBe(`nodes.csv:2 memory_mib: ${expected} "NaN"`);
  expect(ofNode("n0,8000,1,17,T4")).toBe(
    "nodes.csv:2 gpu: expected at most 16, more than any node of the trace has; got 17",
  );
});

test("a share that is none is said", () => {
  const expected =
    "pods.csv:2 gpu_milli: expected what is taken of each GPU: 1 to 1000, and 1000 with several GPUs; got";
  expect(ofPod("1,1,1,1001")).toBe(`${expected} 1001 with num_gpu 1`);
  expect(ofPod("1,1,1,0")).toBe(`${expected} 0 with num_gpu 1`);
  expect(ofPod("1,1,2,500")).toBe(`${expected} 500 with num_gpu 2`);
});

test("a table that is none is said", () => {
  const wanted = "expected comma-separated values under the columns sn, cpu_milli, memory_mib, gpu, model";
  const pods = `${podsHeader}\n1,1,1,1000\n`;
  expect(refusal("", pods)).toBe(`nodes.csv: ${wanted}; got an empty file`);
  expect(refusal("\r\n \n", pods)).toBe(`nodes.csv: ${wanted}; got an empty file`);
  expect(refusal("\nsn;gpu\n", pods)).toBe(
    `nodes.csv:2: ${wanted}; sn, cpu_milli, memory_mib, gpu, model missing in "sn;gpu"`,
  );
  expect(refusal(`${nodesHeader},gpu\n`, pods)).toBe("nodes.csv:1: expected each column once; got gpu twice");
  expect(ofPod("1,1,1,1000", "1,1,1")).toBe(
    "pods.csv:3: expected 4 values, as many as the header has columns; got 3. A value with a comma in it needs quotes",
  );
  expect(ofPod("1,1,1,1000,A10,T4")).toBe(
    "pods.csv:2: expected 4 values, as many as the header has columns; got 6. A value with a comma in it needs quotes",
  );
  expect(ofPod('1,1,1,"1000', "1,1,1,1000")).toBe(
    'pods.csv:2: expected a quote at the start and at the end of a value, and "" for one within; got one elsewhere',
  );
});

test("a quoted value may go over lines, which count", () => {
  expect(
    refusal(`${nodesHeader}\n"n\n0",8000,16384,2,T4\r\nn1,x,1,1,T4\n`, `${podsHeader}\n1,1,1,1000\n`),
  ).toBe('nodes.csv:4 cpu_milli: expected a whole number of at most 12 digits; got "x"');
});

test("equal demands are one kind, however they are written; nodes go by name", () => {
  const { kinds, pods, machines } = trace(
    `${nodesHeader}\nn1,8000,1,2,T4\nn0,4000,1,1,A10\n`,
    `${podsHeader}\n1,1,1,1000\n1.0,1,1,1000\n2,1,0,0\n`,
  );
  expect(pods).toEqual([0, 0, 1]);
  expect(kinds.map(({ cpuMilli, gpuMilli }) => [cpuMilli, gpuMilli])).toEqual([
    [1, 1000],
    [2, 0],
  ]);
  expect(machines.map(({ cpuMilli, gpus, group }) => [cpuMilli, gpus, group])).toEqual([
    [4000, 1, 0],
    [8000, 2, 1],
  ]);
});

const nodes = [nodesHeader, "n0,8000,16384,2,T4", "n1,8000,16384,1,A10"];
const pods = [`name,${podsHeader},gpu_spec`, "p0,1000,1024,1,1000,", "p1,1000,1024,1,500,T4"];
const lines = (rows: readonly string[], end = "\n") => rows.map((row) => `${row}${end}`).join("");

test.each([
  ["lines ended as on Windows", lines(nodes, "\r\n"), lines(pods, "\r\n")],
  ["a mark at the start of the file", `\uFEFF${lines(nodes)}`, `\uFEFF${lines(pods)}`],
  ["blank lines", `${lines(nodes)}\n  \n\n`, `\n${lines(pods)}\n,,,,,\n`],
  ["no line end at the end", nodes.join("\n"), pods.join("\n")],
  [
    "quotes",
    lines(nodes.map((row) => `"${row.split(",").join('","')}"`)),
    lines(pods).replace("p0", '"p,""0"""'),
  ],
  [
    "spaces, and whole numbers with a point",
    lines(nodes).replaceAll(",", " , "),
    lines(pods).replaceAll("1024,", "1024.0,"),
  ],
])("the same trace with %s", (_, nodesText, podsText) => {
  expect(trace(nodesText, podsText)).toEqual(trace(lines(nodes), lines(pods)));
});
