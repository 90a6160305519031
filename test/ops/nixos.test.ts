// What is asked for and is not there. What the module says is in test/components/nixos-module.test.ts.
import { expect, test, vi } from "vitest";
import { nixos } from "../../ops/nixos";
import { ConfigError } from "../../topology/config-error";

test("prints a module for the members on a node", async () => {
  const written: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(`${text}`) > 0);
  try {
    expect(await nixos("cognition", "rpi1")).toBe(0);
  } finally {
    write.mockRestore();
  }
  const services = written.join("").match(/systemd\.services\."[^"]*"/g);
  expect(services).toEqual(['systemd.services."berth-cognition-mind-edge-0"']);
});

test.each([
  ["cognition", "rpi11", 'berth: no node "rpi11", did you mean "rpi1"?'],
  ["cognition", "rpi2", "berth: stack cognition has no member of a Ray cluster on rpi2"],
  ["hive-cluster", "jetson", "berth: stack hive-cluster has no member of a Ray cluster on jetson"],
])("%s on %s", async (stack, node, message) => {
  await expect(nixos(stack, node)).rejects.toThrow(new ConfigError([message]));
});
