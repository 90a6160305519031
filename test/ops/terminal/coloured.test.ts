import { expect, it } from "vitest";
import { coloured } from "../../../ops/terminal/coloured";

it("leaves a text alone that goes anywhere but to a terminal", () => {
  expect(coloured("  → jetson\nNOT PLACED", { isTTY: false })).toBe("  → jetson\nNOT PLACED");
});
