import { expect, it } from "vitest";
import { intervals, numberOption, ports } from "../../../ops/command/number-option";

it.each(["1", "65535", "08080"])("%s is a port", (text) => {
  expect(numberOption("--port", text, ports)).toBe(Number(text));
});

it.each(["0", "65536", "-1", "1.5", "1e3", "0x1f", "", " 80", "eighty", "9".repeat(400)])(
  "%s is none",
  (text) => {
    expect(() => numberOption("--port", text, ports)).toThrow(
      `berth: --port: expected a whole number from 1 to 65535, got "${text}"`,
    );
  },
);

it("an amount says of what", () => {
  expect(() => numberOption("--interval", "soon", intervals)).toThrow(
    'berth: --interval: expected a whole number of seconds from 1 to 86400, got "soon"',
  );
});
