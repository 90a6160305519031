import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, pulumiEnvironment, versions } from "../../tools/environment.mjs";

/** What one run of the engine did. Stack and provider are left out, as are steps that change nothing. */
export interface Run {
  readonly ok: boolean;
  /** In order, like "create a" or "delete-replaced b". */
  readonly steps: string[];
  /** By resource, "" for none: what went wrong with it, and the other lines that were shown for it. */
  readonly errors: Record<string, string[]>;
  readonly shown: Record<string, string[]>;
  /** By resource: what changes of it, by path, like "update" or "add-replace". */
  readonly changes: Record<string, Record<string, string>>;
  /** Of policies, like "mandatory limit-length a: too long". */
  readonly violations: string[];
  /** All that was printed but the SDK's debug messages, which `--json` brings along, secrets and all. */
  readonly text: string;
}

interface State {
  readonly id: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
}

/** The real engine with a Pulumi project, a state and a passphrase of its own in a temporary folder. */
export class Engine {
  readonly folder = mkdtempSync(join(tmpdir(), "berth-conformance-"));
  readonly environment = pulumiEnvironment({
    PULUMI_BACKEND_URL: `file://${this.folder}/state`,
    PULUMI_CONFIG_PASSPHRASE: "conformance",
    PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
  });

  private prelude =
    `const pulumi = require("@pulumi/pulumi");\nconst { local } = require("@pulumi/command");\n`;

  constructor(options: { typescript: boolean; nodeargs?: string } = { typescript: false }) {
    mkdirSync(join(this.folder, "state"));
    symlinkSync(join(checkout, "node_modules"), join(this.folder, "node_modules"));
    this.write(
      "package.json",
      `{"name": "conformance", "dependencies": {"@pulumi/command": "${versions.command}", "@pulumi/kubernetes": "${versions.kubernetes}"}}`,
    );
    this.write("Pulumi.yaml", `name: conformance\nruntime: ${JSON.stringify({ name: "nodejs", options })}\n`);
    this.pulumi("stack", "init", "test");
  }

  /** Constants of the programs to come. */
  define(constants: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(constants))
      this.begin(`const ${name} = ${JSON.stringify(value)};\n`);
  }

  /** What the programs to come begin with. */
  begin(code: string): void {
    this.prelude += code;
  }

  /** Previews, brings up, reads anew or takes down; `program` replaces the one before. */
  run(verb: "preview" | "up" | "refresh" | "destroy", program?: string, flags: string[] = []): Promise<Run> {
    if (program !== undefined) this.write("index.js", this.prelude + program);
    const confirm = verb === "preview" ? [] : ["--yes", "--skip-preview"];
    const child = spawn("pulumi", [verb, "--json", ...confirm, ...flags], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk) => {
        text += chunk;
      });
    this.printed = () => text;
    this.interrupt = () => child.kill("SIGINT");
    return new Promise((resolve) => child.on("close", (code) => resolve({ ok: code === 0, ...told(text) })));
  }

  /** Of the run under way: what it has printed so far, and Ctrl-C to it. */
  printed = (): string => "";
  interrupt = (): boolean => false;

  /** How many processes on this machine have exactly this command line. */
  processes(commandLine: string): number {
    const { stdout } = spawnSync("ps", ["-eo", "args="], { encoding: "utf8" });
    return stdout.split("\n").filter((line) => line === commandLine).length;
  }

  /** The resources in the state by name, secrets encrypted. */
  state(): Record<string, State> {
    const { checkpoint } = JSON.parse(this.stateFile());
    const resources: (State & { urn: string })[] = checkpoint.latest?.resources ?? [];
    return Object.fromEntries(
      resources.filter(({ urn }) => isOurs(urn)).map((state) => [nameOf(state), state]),
    );
  }

  stateFile(): string {
    return readFileSync(join(this.folder, "state/.pulumi/stacks/conformance/test.json"), "utf8");
  }

  outputs(): Record<string, unknown> {
    return JSON.parse(this.pulumi("stack", "output", "--json", "--show-secrets"));
  }

  pulumi(...args: string[]): string {
    const { stdout, stderr, status } = spawnSync("pulumi", [...args, "--non-interactive"], {
      cwd: this.folder,
      env: this.environment,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`pulumi ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }

  write(file: string, text: string): void {
    mkdirSync(join(this.folder, file, ".."), { recursive: true });
    writeFileSync(join(this.folder, file), text);
  }

  /** Text of a file in the project's folder, "" when there is none. */
  read(file: string): string {
    try {
      return readFileSync(join(this.folder, file), "utf8");
    } catch {
      return "";
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

interface Event {
  resourcePreEvent?: { metadata: Step };
  diagnosticEvent?: Diagnostic;
  policyEvent?: Violation;
}

interface Step {
  op: string;
  urn: string;
  detailedDiff?: Record<string, { diffKind: string }> | null;
}

interface Violation {
  enforcementLevel: string;
  policyName: string;
  resourceUrn?: string;
  /** The policy's description, then what it reported. */
  message: string;
}

interface Diagnostic {
  urn?: string;
  severity: string;
  message: string;
}

function told(printed: string): Omit<Run, "ok"> {
  const lines = printed.split("\n").filter((line) => !line.includes('"severity":"debug"'));
  const events = lines
    .filter((line) => line.startsWith('{"sequence"'))
    .map((line): Event => JSON.parse(line));
  const said = events.flatMap(({ diagnosticEvent }) => diagnosticEvent ?? []);
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .filter(({ op, urn }) => op !== "same" && isOurs(urn));
  return {
    steps: steps.map((step) => `${step.op} ${nameOf(step)}`),
    changes: Object.fromEntries(steps.map((step) => [nameOf(step), kinds(step)]).filter(([, of]) => of)),
    errors: byResource(said.filter(({ severity }) => severity === "error")),
    shown: byResource(said.filter(({ severity }) => severity !== "error")),
    violations: events.flatMap(({ policyEvent: violation }) => (violation ? [inWords(violation)] : [])),
    text: lines.join("\n"),
  };
}

function byResource(said: Diagnostic[]): Record<string, string[]> {
  const names = [...new Set(said.map(nameOf))];
  return Object.fromEntries(
    names.map((name) => [
      name,
      said.filter((one) => nameOf(one) === name).map(({ message }) => message.trim()),
    ]),
  );
}

const kinds = ({ detailedDiff }: Step) =>
  detailedDiff &&
  Object.fromEntries(Object.entries(detailedDiff).map(([path, { diffKind }]) => [path, diffKind]));

const inWords = ({ enforcementLevel, policyName, resourceUrn, message }: Violation) =>
  `${enforcementLevel} ${policyName} ${nameOf({ urn: resourceUrn })}: ${message.trim().split("\n").slice(1).join("\n")}`;

const isOurs = (urn: string) => !/::pulumi:(pulumi:Stack|providers:\w+)::/.test(urn);
const nameOf = ({ urn = "" }: { urn?: string }) => urn.split("::").pop() ?? urn;
