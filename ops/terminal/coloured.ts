import colors from "picocolors";

const styles: [pattern: RegExp, paint: (text: string) => string][] = [
  [/^ {2}→ .*/gm, colors.green],
  [/^.*NOT PLACED.*/gm, colors.red],
  [/^ {2}.*×.*/gm, colors.yellow],
  [/^(score of 100|memory:|advice,).*/gm, colors.dim],
];

/** An explanation with colours where a person looks at it: on a terminal, unless NO_COLOR is set. */
export function coloured(text: string, stream: { isTTY?: boolean }): string {
  if (!stream.isTTY || !colors.isColorSupported) return text;
  return styles.reduce((painted, [pattern, paint]) => painted.replace(pattern, paint), text);
}
