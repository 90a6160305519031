const suffixes = ["", "k", "M", "G", "T", "P"];

/**
 * A size as Kubernetes itself writes it (a whole number with the largest decimal suffix that loses nothing): it gives back what
 * it was given only in this form, and any other would look like a change after a refresh.
 */
export function quantity(bytes: number): string {
  let [rest, power] = [bytes, 0];
  while (rest > 0 && rest % 1000 === 0 && power < suffixes.length - 1)
    [rest, power] = [rest / 1000, power + 1];
  return `${rest}${suffixes[power]}`;
}

/** Cores in the same form: `4`, `500m`. */
export function cores(amount: number): string {
  return Number.isInteger(amount) ? quantity(amount) : `${Math.round(amount * 1000)}m`;
}
