import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { dump, load } from "js-yaml";
import { stackFile, stackFiles } from "../../topology/stack-files";
import { berthVerb } from "./berth-verb";

/** What a preview under the policies says of instances in other places. */
export interface Verdict {
  readonly passes: boolean;
  readonly violations: readonly { readonly level: string; readonly rule: string; readonly text: string }[];
  /** Why there is no verdict; undefined: there is one. */
  readonly problem?: string;
}

type File = Record<string, unknown>;

/**
 * Runs the real preview of a stack whose scenario places these instances by hand, from copies of its files. Nobody is contacted and
 * nothing of the project is written.
 */
export async function verdict(
  stack: string,
  configFile: string | undefined,
  byHand: Readonly<Record<string, string>>,
  ended: AbortSignal,
): Promise<Verdict> {
  const files = stackFiles(stack, configFile);
  const folder = mkdtempSync(join(tmpdir(), "berth-what-if-"));
  try {
    const scenario = read(files.scenario);
    const code = scenario.code as File | undefined;
    const copy = {
      ...scenario,
      placement: { ...(scenario.placement as object), ...byHand },
      // Paths in a scenario are relative to its file.
      ...(code && {
        code: { ...code, local_path: resolve(dirname(files.scenario), String(code.local_path)) },
      }),
    };
    const written = read(configFile ?? stackFile(stack));
    const config = {
      ...written,
      config: { ...(written.config as object), "berth:scenario": join(folder, "scenario.yaml") },
    };
    writeFileSync(join(folder, "scenario.yaml"), dump(copy));
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), dump(config), { mode: 0o600 });
    const args = ["preview", stack, "--config-file", join(folder, `Pulumi.${stack}.yaml`), "--json"];
    return verdictIn(await berthVerb(args, ended));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const read = (file: string) => load(readFileSync(file, "utf8")) as File;

interface Event {
  readonly policyEvent?: {
    readonly enforcementLevel: string;
    readonly policyName: string;
    readonly message: string;
  };
  readonly diagnosticEvent?: { readonly severity: string; readonly message: string };
}

function verdictIn({
  status,
  stdout,
  stderr,
}: {
  status: number | null;
  stdout: string;
  stderr: string;
}): Verdict {
  const events = stdout.split("\n").flatMap((line): Event[] => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
  const violations = events.flatMap(({ policyEvent: said }) =>
    said ? [{ level: said.enforcementLevel, rule: said.policyName, text: plain(said.message) }] : [],
  );
  const isRefused = violations.some(({ level }) => level === "mandatory");
  if (status === 0 || isRefused) return { passes: status === 0, violations };
  const errors = events.flatMap(({ diagnosticEvent: said }) =>
    said?.severity === "error" ? [plain(said.message)] : [],
  );
  return {
    passes: false,
    violations,
    problem: errors.join("\n") || stderr.trim() || `ended with ${status}`,
  };
}

/** Without the engine's marks for colours. */
const plain = (text: string) => text.replace(/<\{%[^%]*%\}>/g, "").trim();
