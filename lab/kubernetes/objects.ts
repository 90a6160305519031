import { type KubectlTarget, kubectl } from "./kubectl";

// What comes and goes by itself.
const passing = /^(events|leases|componentstatuses)(\.|$)/;

/**
 * Every object that the API server has, of whatever kind, as `kind namespace/name`: asked of it, not of any registry of ours.
 * Objects of the control plane itself are among them; compare with what was there before.
 */
export async function allObjects(lab: KubectlTarget): Promise<string[]> {
  const kinds = await kubectl(lab, ["api-resources", "--verbs=list,delete", "--output=name"]);
  const wanted = kinds.split("\n").filter((kind) => kind && !passing.test(kind));
  const line = `{.kind} {.metadata.namespace}/{.metadata.name}{"\\n"}`;
  const output = `--output=jsonpath={range .items[*]}${line}{end}`;
  return (await kubectl(lab, ["get", wanted.join(","), "--all-namespaces", "--ignore-not-found", output]))
    .split("\n")
    .filter(Boolean)
    .sort();
}

/** What is there now and was not before. */
export async function newObjects(lab: KubectlTarget, before: readonly string[]): Promise<string[]> {
  const known = new Set(before);
  return (await allObjects(lab)).filter((object) => !known.has(object));
}
