import { expect, test } from "vitest";
import { freeNetwork } from "../../../lab/isolated/network";

/** /proc/net/route with these destinations and masks, as the kernel writes them. */
function routes(...rows: readonly [destination: string, mask: string][]): string {
  const hex = (address: string) =>
    Buffer.from(address.split(".").map(Number).reverse()).toString("hex").toUpperCase();
  const lines = rows.map(([to, mask]) =>
    ["eth0", hex(to), "00000000", "0001", "0", "0", "0", hex(mask), "0", "0", "0"].join("\t"),
  );
  return [
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    ...lines,
    "",
  ].join("\n");
}

const anywhere = ["0.0.0.0", "0.0.0.0"] as const;

test("the same seed gets the same network, and steps aside for what is routed", () => {
  const first = freeNetwork("berth01234567", routes([...anywhere]));
  expect(first).toMatch(/^198\.19\.\d{1,3}$/);
  expect(freeNetwork("berth01234567", "Iface\n")).toBe(first);
  const third = Number(first.split(".")[2]);
  const taken = routes([...anywhere], [`${first}.0`, "255.255.255.0"]);
  expect(freeNetwork("berth01234567", taken)).toBe(`198.19.${(third + 1) % 256}`);
  const host = routes([`${first}.7`, "255.255.255.255"]);
  expect(freeNetwork("berth01234567", host)).toBe(`198.19.${(third + 1) % 256}`);
  expect(freeNetwork("berth01234567", routes(["198.18.0.0", "255.255.0.0"], ["10.0.0.0", "255.0.0.0"]))).toBe(
    first,
  );
});

test("no free network is said", () => {
  expect(() => freeNetwork("berth01234567", routes(["198.18.0.0", "255.254.0.0"]))).toThrow(
    "no free network for the lab: routes of this computer take all of 198.19.0.0/16",
  );
});
