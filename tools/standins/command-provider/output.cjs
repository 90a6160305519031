"use strict";

/** Collects what a command prints; each complete line goes to `log` too unless `logging` says otherwise. */
function captureOutput(logging, log) {
  const chunks = { stdout: [], stderr: [], both: [] };
  const unfinished = { stdout: "", stderr: "" };
  const isLogged = (stream) => [undefined, stream, "stdoutAndStderr"].includes(logging);
  const text = (stream) => Buffer.concat(chunks[stream]).toString();

  return {
    listen(stream, readable) {
      readable.on("data", (chunk) => {
        chunks[stream].push(chunk);
        chunks.both.push(chunk);
        if (!isLogged(stream)) return;
        const lines = (unfinished[stream] + chunk).split("\n");
        unfinished[stream] = lines.pop();
        for (const line of lines) log("INFO", line);
      });
    },
    /** After the end: stdout and stderr, each without its last newline. Throws, quoting command and output, if it failed. */
    result(failure, command) {
      for (const rest of Object.values(unfinished)) if (rest) log("INFO", rest);
      if (failure) throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${text("both")}`);
      return { stdout: text("stdout").replace(/\n$/, ""), stderr: text("stderr").replace(/\n$/, "") };
    },
  };
}

/** What the run before printed, for the environment of the next one. */
function previousOutput({ addPreviousOutputInEnv, stdout, stderr }) {
  if (addPreviousOutputInEnv === false) return {};
  return {
    ...(stdout && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr && { PULUMI_COMMAND_STDERR: stderr }),
  };
}

module.exports = { captureOutput, previousOutput };
