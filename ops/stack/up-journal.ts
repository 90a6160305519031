import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** As many are kept of states, and of logs. */
const kept = 50;

/** An event of the engine's, as far as it is told: no inputs and outputs of resources. */
interface EngineEvent {
  readonly timestamp: number;
  readonly diagnosticEvent?: {
    readonly message: string;
    readonly severity: string;
    readonly ephemeral?: boolean;
  };
  readonly policyEvent?: { readonly message: string; readonly policyName: string };
  readonly resOutputsEvent?: { readonly metadata: Step; readonly planning?: boolean };
  readonly resOpFailedEvent?: { readonly metadata: Step };
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

/**
 * What one `./berth up` decided and did, for people who ask later: `cluster_state_<time>_<stack>.json` with the plan and its
 * reasons, `cluster_<time>_<stack>.log` with what the engine said. Neither has a secret: the engine has none in its events' texts,
 * and a plan none at all.
 */
export class UpJournal {
  readonly #folder: string;
  readonly #scratch = mkdtempSync(join(tmpdir(), "berth-up-"));
  readonly #begun = new Date();

  constructor(
    folder: string,
    private readonly stack: string,
  ) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#write("", "log", `${line(this.#begun, `${this.#by()} begins an update of ${stack}`)}\n`);
  }

  /** What Pulumi has to be told besides. */
  readonly args = ["--event-log", join(this.#scratch, "events")];
  /** The same in its environment; the flag is one of those that it shows nobody. */
  readonly env = { PULUMI_DEBUG_COMMANDS: "true", BERTH_PLAN_FILE: join(this.#scratch, "plan.json") };

  /** Writes both files, and removes the oldest. */
  end(status: number): void {
    const ended = new Date();
    const read = (name: string) => {
      const file = join(this.#scratch, name);
      return existsSync(file) ? readFileSync(file, "utf8") : undefined;
    };
    const events = (read("events") ?? "").split("\n").flatMap(parsed);
    const lines = [
      line(this.#begun, `${this.#by()} begins an update of ${this.stack}`),
      ...events.flatMap(told),
      line(ended, `the update ended with ${status}`),
    ];
    this.#write("", "log", `${lines.join("\n")}\n`);
    const state = {
      version: 1,
      stack: this.stack,
      by: this.#by(),
      begun: this.#begun.toISOString(),
      ended: ended.toISOString(),
      status,
      plan: JSON.parse(read("plan.json") ?? "null"),
    };
    this.#write("state_", "json", `${JSON.stringify(state, null, 2)}\n`);
    rmSync(this.#scratch, { recursive: true });
    this.#removeOldest();
  }

  #by(): string {
    return `${userInfo().username}@${hostname()}`;
  }

  /** They tell what runs where, with which command: that is its owner's to show. */
  #write(kind: string, ending: string, text: string): void {
    const time = this.#begun.toISOString().replace(/:/g, "-");
    const name = `cluster_${kind}${time}_${this.stack}.${ending}`;
    writeFileSync(join(this.#folder, name), text, { mode: 0o600 });
  }

  #removeOldest(): void {
    const all = readdirSync(this.#folder).sort();
    for (const pattern of [/^cluster_state_\d{4}-.*\.json$/, /^cluster_\d{4}-.*\.log$/])
      for (const name of all.filter((one) => pattern.test(one)).slice(0, -kept))
        rmSync(join(this.#folder, name), { force: true });
  }
}

function parsed(text: string): EngineEvent[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [];
  }
}

function told({ timestamp, diagnosticEvent, policyEvent, resOutputsEvent, resOpFailedEvent }: EngineEvent) {
  const at = new Date(timestamp * 1000);
  // What is there to find mistakes has all inputs of resources in it.
  if (diagnosticEvent && !diagnosticEvent.ephemeral && diagnosticEvent.severity !== "debug")
    return plainLines(diagnosticEvent.message).map((text) =>
      line(at, `${diagnosticEvent.severity}: ${text}`),
    );
  if (policyEvent)
    return plainLines(policyEvent.message).map((text) =>
      line(at, `policy ${policyEvent.policyName}: ${text}`),
    );
  const step =
    resOpFailedEvent?.metadata ?? (resOutputsEvent?.planning ? undefined : resOutputsEvent?.metadata);
  if (step === undefined || step.op === "same") return [];
  const name = step.urn.split("::").pop();
  return [line(at, `${resOpFailedEvent ? "failed: " : ""}${step.op} ${name} (${step.type})`)];
}

/** Without the engine's marks for colours, such as <{%reset%}>. */
const plainLines = (text: string): string[] =>
  stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, ""))
    .split("\n")
    .map((one) => one.trimEnd())
    .filter(Boolean);

const line = (at: Date, text: string) => `${at.toISOString()}  ${text}`;
