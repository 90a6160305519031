/**
 * What an object of Kubernetes is called that stands for a name of ours: `HW-BRAIN-01` is `hw-brain-01`. Of a name without any
 * letter or digit nothing is left, and one may begin with a digit: whoever takes names from files checks them.
 */
export function dnsLabel(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
