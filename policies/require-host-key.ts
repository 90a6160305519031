import { remoteTypes } from "./command-types";
import { Node } from "./component-types";
import { exampleNode } from "./example";
import type { ResourceRule } from "./rule";
import type { Untyped, Values } from "./values";

/** RSA cannot be pinned: clients would ask for SHA-1 signatures, which servers refuse. */
const pinnable = /^(ssh-ed25519|ecdsa-sha2-nistp(?:256|384|521)) \S/;

export const requireHostKey: ResourceRule = {
  name: "require-host-key",
  description: "Every machine, and every host jumped over, is known by a pinned ed25519 or ECDSA key.",
  why: "Without it a command goes to whoever answers at the address, with everything that is in it.",
  types: [Node, ...remoteTypes],
  check(values, _, type) {
    if (type === Node)
      return [
        ...keyProblem(values, "hostKey", values.text("name")),
        ...(values.has("jumpHostKey") ? keyProblem(values, "jumpHostKey", values.text("name")) : []),
      ];
    const connection = values.in("connection");
    return [
      ...keyProblem(connection, "hostKey", "connection"),
      ...(connection.has("proxy") ? keyProblem(connection.in("proxy"), "hostKey", "connection.proxy") : []),
    ];
  },
  broken: { resources: [exampleNode({ hostKey: "ssh-rsa AAAA" })] },
};

function keyProblem(values: Values<Untyped>, key: string, where: string): string[] {
  if (!values.has(key) || values.text(key) === "")
    return [`${where}: ${key} is missing; compare the machine's fingerprint once and write its key there`];
  const got = values.text(key);
  if (pinnable.test(got)) return [];
  return [
    `${where}: ${key} is of a kind that cannot be pinned; write the machine's ssh-ed25519 or ecdsa key`,
  ];
}
