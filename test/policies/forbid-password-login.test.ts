import { exampleInstance } from "../../policies/example";
import { forbidPasswordLogin } from "../../policies/forbid-password-login";
import { local, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(
  forbidPasswordLogin,
  [
    { name: "a key", resources: [remote({ ...pinned, privateKey: "KEY" }), local("ssh -i key node")] },
    {
      name: "passwords",
      resources: [
        remote({ ...pinned, password: "pw", proxy: { ...pinned, password: "pw" } }),
        local("sshpass -f file ssh node"),
      ],
      says: [
        "connection.password is set; remove it and log in with a key or an SSH agent",
        "connection.proxy.password is set; remove it and log in with a key or an SSH agent",
        "create: logs in with a password or without a host key; log in with a key",
      ],
    },
    {
      name: "a host key waved through",
      resources: [local("ssh -o StrictHostKeyChecking=no node true")],
      says: ["create: logs in with a password or without a host key; log in with a key"],
    },
    { name: "another type", resources: [exampleInstance({ command: ["sshpass"] })] },
  ],
  // Without a password none is used.
  '"password"',
);
