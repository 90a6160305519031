import { exampleInstance, exampleNode } from "../../policies/example";
import { forbidSecretInCommand } from "../../policies/forbid-secret-in-command";
import { local, pinned, remote } from "../support/policy-resources";
import { testRule } from "../support/test-rule";

testRule(forbidSecretInCommand, [
  {
    name: "no secret",
    resources: [
      exampleInstance({
        command: ["python3", "train.py", "--token-file", "~/.token", "--tokens", "512", "TOKEN=$TOKEN"],
      }),
      // What a tokenizer and a library of that name take.
      exampleInstance({ command: ["train", "--pad-token", "<pad>", "--max-token", "50"] }),
      exampleInstance({ command: ["train", "--name", "sk-learn-random-forest-benchmark"] }),
      exampleInstance({ command: ["curl", "-H", "Authorization: Bearer $TOKEN", "redis://:$PASSWORD@h"] }),
      local("curl https://example.org/a@b"),
    ],
  },
  ...[
    ["a private key", "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ["a token of GitHub", `ghp_${"a1".repeat(18)}`],
    ["a token of GitLab", `glpat-${"a1".repeat(10)}`],
    ["a token of Hugging Face", `hf_${"a1".repeat(16)}`],
    ["a key of a model's API", `sk-${"a1".repeat(12)}`],
    ["a token of Slack", `xoxb-${"1".repeat(12)}`],
    ["a key of AWS", `AKIA${"A1".repeat(8)}`],
    ["a signed web token", `eyJ${"a".repeat(12)}.eyJ${"b".repeat(12)}.c`],
    ["a password in an address", "https://ana:hunter2@example.org"],
    ["a password in an address", "redis://:hunter2@example.org"],
    ["a password or token in a header", "curl -H 'Authorization: Bearer hunter2'"],
    ["a password or token as an option", "--password=hunter2"],
    ["a password or token as an option", "ray start --redis-password hunter2"],
    ["a password or token as an option", "--hf-token hunter2"],
    ["a password or token as a variable", "HF_TOKEN=hunter2"],
  ].map(([what, secret]) => ({
    name: what!,
    resources: [exampleInstance({ command: ["run", secret!] })],
    says: [
      `command: holds what looks like ${what}; keep it in a file on the machine that only its user can read, and name that file`,
    ],
  })),
  {
    name: "in any text of a command",
    resources: [remote(pinned, { delete: "API_KEY=hunter2 ./stop" })],
    says: [
      "delete: holds what looks like a password or token as a variable; keep it in a file on the machine that only its user can read, and name that file",
    ],
  },
  {
    name: "in the command of a job",
    resources: [
      {
        type: "berth:components:RayJob",
        name: "pipeline",
        props: { command: ["python", "main.py", "--hf-token", "hunter2"] },
      },
    ],
    says: [
      "command: holds what looks like a password or token as an option; keep it in a file on the machine that only its user can read, and name that file",
    ],
  },
  { name: "another type", resources: [exampleNode()] },
]);
