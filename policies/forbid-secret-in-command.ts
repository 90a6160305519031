import { exampleInstance } from "./example";
import type { ResourceRule } from "./rule";
import { runningTypes, textsOf } from "./texts-of";

/** What it looks like, and how it is recognised. */
const secrets: readonly (readonly [string, RegExp])[] = [
  ["a private key", /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  ["a token of GitLab", /\bglpat-[A-Za-z0-9_-]{20,}/],
  ["a token of Hugging Face", /\bhf_[A-Za-z0-9]{30,}/],
  ["a key of a model's API", /\bsk-(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}/],
  ["a token of Slack", /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ["a key of AWS", /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a signed web token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./],
  ["a password in an address", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:[^\s/@$]+@/i],
  ["a password or token in a header", /\bAuthorization: *(Bearer|Basic|Token) +[^\s$]/i],
  [
    "a password or token as an option",
    /(^|\s)--?(([\w-]+[-_])?(password|passwd|api[-_]?key|secret)|((access|api|auth|bearer|bot|hf)[-_])?token)[= ]+[^\s$-]/i,
  ],
  ["a password or token as a variable", /\b\w*(PASSWORD|PASSWD|TOKEN|API_?KEY|SECRET)=[^\s$]/],
];

export const forbidSecretInCommand: ResourceRule = {
  name: "forbid-secret-in-command",
  description: "No command line holds what looks like a password, a token or a private key.",
  why: "Every user of a machine sees its command lines, and each failure prints them.",
  types: runningTypes,
  check(values, _, type) {
    return textsOf(values, type).flatMap(([key, text]) =>
      secrets
        .filter(([, pattern]) => pattern.test(text))
        .map(
          ([what]) =>
            `${key}: holds what looks like ${what}; keep it in a file on the machine that only its user can read, and name that file`,
        ),
    );
  },
  broken: { resources: [exampleInstance({ command: ["python3", "main.py", "--token", "correct-horse"] })] },
};
