import * as proxies from "@pulumi/policy/proxy";
import { specialSecretSig, specialSigKey } from "@pulumi/pulumi/runtime/rpc";
import { expect, test } from "vitest";
import { fromWire, unknown } from "../../policies/from-wire";

test("what Pulumi's SDK calls unknown is unknown, wherever it stands, and all else is as it was", () => {
  const unknowns = Object.entries(proxies).filter(([name]) => /^unknown.*Value$/.test(name));
  expect(unknowns.length).toBe(7);
  for (const [name, value] of unknowns)
    expect([name, fromWire({ list: [value, "text"], map: { inner: value }, number: 1 })]).toEqual([
      name,
      { list: [unknown, "text"], map: { inner: unknown }, number: 1 },
    ]);
  expect(fromWire({ none: null, truth: false })).toEqual({ none: null, truth: false });
});

test("a secret is read as what it hides", () => {
  const secret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value });
  expect(fromWire({ token: secret("hunter2"), list: [secret({ inner: secret(1) })] })).toEqual({
    token: "hunter2",
    list: [{ inner: 1 }],
  });
});
