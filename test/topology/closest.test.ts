import { expect, it } from "vitest";
import { closest } from "../../topology/closest";

it.each([
  ["jetsom", "jetson"],
  ["rip1", "rpi1"],
  ["RPI1", "rpi1"],
  ["max_instance", "max_instances"],
  ["hive", "hive-cluster"],
  ["mainframe", undefined],
  ["b", undefined],
  ["", undefined],
])("%s → %s", (got, expected) => {
  expect(closest(got, ["jetson", "rpi1", "rpi2", "max_instances", "hive-cluster", "a"])).toBe(expected);
});
