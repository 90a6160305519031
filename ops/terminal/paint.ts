import colors from "picocolors";

type Stream = { isTTY?: boolean };

/** Colours where a person looks at it: on a terminal, unless NO_COLOR is set. Elsewhere texts stay as they are. */
export function paint({ isTTY }: Stream): ReturnType<typeof colors.createColors> {
  return colors.createColors(isTTY === true && colors.isColorSupported);
}
