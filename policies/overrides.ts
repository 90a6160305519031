import { didYouMean } from "../topology/did-you-mean";
import type { Overrides, Rule } from "./rule";

const shape = "expected a map such as {require-memory-headroom: {reason: why it may be broken here}}";
/** These speak about the overrides themselves. */
const fixed = ["require-valid-overrides", "show-overrides"];

/** Reads `berth:policies` of a stack's file, all mistakes at once. What is mistaken overrides nothing. */
export function readOverrides(
  written: string | undefined,
  { mandatory, advisory }: Readonly<Record<"mandatory" | "advisory", readonly Rule[]>>,
): Overrides {
  const reasons = new Map<string, string>();
  const mistakes: string[] = [];
  const known = mandatory.map(({ name }) => name).filter((name) => !fixed.includes(name));
  const advice = advisory.map(({ name }) => name);
  for (const [name, override] of entries(written ?? "{}")) {
    const refuse = (text: string) => mistakes.push(`berth:policies.${name}: ${text}`);
    if (override === undefined) mistakes.push(`berth:policies: ${shape}`);
    else if (advice.includes(name)) refuse("is only advice already; remove it");
    else if (fixed.includes(name)) refuse("cannot be overridden; remove it");
    else if (!known.includes(name)) refuse(`no such rule${didYouMean(name, known)}`);
    else if (!hasReason(override)) refuse("expected {reason: …} with a text on one line, and nothing else");
    else reasons.set(name, override.reason.trim());
  }
  return { reasons, mistakes };
}

/** One entry without a value for what is no map. */
function entries(written: string): [string, unknown][] {
  try {
    const map: unknown = JSON.parse(written);
    if (typeof map === "object" && map !== null && !Array.isArray(map)) return Object.entries(map);
  } catch {
    // Text that is no map.
  }
  return [["", undefined]];
}

function hasReason(override: unknown): override is { reason: string } {
  if (typeof override !== "object" || override === null) return false;
  const { reason, ...rest } = override as { reason?: unknown };
  return (
    typeof reason === "string" && /^[^\p{Cc}]*\S[^\p{Cc}]*$/u.test(reason) && Object.keys(rest).length === 0
  );
}
