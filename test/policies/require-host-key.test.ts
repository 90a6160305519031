import { exampleInstance, exampleNode } from "../../policies/example";
import { requireHostKey } from "../../policies/require-host-key";
import { local, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(requireHostKey, [
  { name: "pinned", resources: [exampleNode(), remote(pinned)] },
  {
    name: "ECDSA, and that of a jump host",
    resources: [exampleNode({ hostKey: "ecdsa-sha2-nistp256 AAAA", jumpHostKey: "ssh-ed25519 AAAA" })],
  },
  {
    name: "none",
    resources: [exampleNode({ hostKey: "" }), remote({ host: "192.0.2.1" })],
    says: [
      "rpi1: hostKey is missing; compare the machine's fingerprint once and write its key there",
      "connection: hostKey is missing; compare the machine's fingerprint once and write its key there",
    ],
  },
  {
    name: "RSA, also of jump hosts",
    resources: [
      exampleNode({ jumpHostKey: "ssh-rsa AAAA" }),
      remote({ ...pinned, proxy: { hostKey: "ssh-rsa AAAA" } }),
    ],
    says: [
      "rpi1: jumpHostKey is of a kind that cannot be pinned; write the machine's ssh-ed25519 or ecdsa key",
      "connection.proxy: hostKey is of a kind that cannot be pinned; write the machine's ssh-ed25519 or ecdsa key",
    ],
  },
  { name: "another type", resources: [local("true"), exampleInstance()] },
]);
