import { commandTexts, commandTypes, remoteTypes } from "./command-types";
import type { ResourceRule } from "./rule";
import type { Untyped, Values } from "./values";

const passwordTool = /\bsshpass\b|\bPasswordAuthentication[ =]+yes\b|\bStrictHostKeyChecking[ =]+(no|off)\b/i;

export const forbidPasswordLogin: ResourceRule = {
  name: "forbid-password-login",
  description: "Nobody logs in to a machine with a password, nor by waving its host key through.",
  why: "A password can be guessed, lies in the state, and is told to whoever pretends to be the machine.",
  types: [...new Set([...remoteTypes, ...commandTypes])],
  check(values, _, type) {
    const findings = commandTexts
      .filter((key) => values.has(key) && passwordTool.test(values.text(key)))
      .map((key) => `${key}: logs in with a password or without a host key; log in with a key`);
    if (!remoteTypes.includes(type)) return findings;
    const connection = values.in("connection");
    return [
      ...passwordIn(connection, "connection"),
      ...(connection.has("proxy") ? passwordIn(connection.in("proxy"), "connection.proxy") : []),
      ...findings,
    ];
  },
  broken: {
    resources: [
      {
        type: "command:local:Command",
        name: "start",
        props: { create: "sshpass -p correct-horse ssh pi@192.0.2.1 ./start" },
      },
    ],
  },
};

function passwordIn(connection: Values<Untyped>, where: string): string[] {
  if (!connection.has("password") || connection.text("password") === "") return [];
  return [`${where}.password is set; remove it and log in with a key or an SSH agent`];
}
