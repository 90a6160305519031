import { spawn } from "node:child_process";

/**
 * Runs a program to its end; `options.report` gets each latest line. Resolves with its stdout; throws with the last lines of
 * both streams, `options.lastLines` at most, when it fails.
 */
export function run(command, args, { report = () => {}, lastLines = 40, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let [stdout, both] = ["", ""];
    const listen = (stream, keep) =>
      stream.setEncoding("utf8").on("data", (text) => {
        both += text;
        keep(text);
        report(text.trimEnd().split("\n").pop());
      });
    listen(child.stdout, (text) => {
      stdout += text;
    });
    listen(child.stderr, () => {});
    const fail = (reason) =>
      reject(
        new Error(
          [`${command} ${args.join(" ")}: ${reason}`, ...both.trim().split("\n").slice(-lastLines)].join(
            "\n",
          ),
        ),
      );
    child.on("error", (error) => fail(error.message));
    child.on("close", (code, signal) =>
      code === 0 ? resolve(stdout) : fail(`ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}
