"use strict";

const { constants } = require("node:os");
const { captureOutput, previousOutput } = require("./output.cjs");
const { dial } = require("./ssh.cjs");

/** Runs `command` over SSH through the login shell there; resolves with its stdout and stderr. */
async function runRemotely(inputs, command, { log, signal }) {
  const client = await dial(inputs.connection, { log, signal });
  try {
    const channel = await openSession(client, command, variablesOf(inputs), log);
    const output = captureOutput(inputs.logging, log);
    output.listen("stdout", channel);
    output.listen("stderr", channel.stderr);
    channel.end(inputs.stdin ?? "");
    return output.result(await ending(channel), command);
  } finally {
    client.end();
  }
}

/** Variables to set; without those that are required the command does not start. */
const variablesOf = (inputs) => [
  ...Object.entries(inputs.environment ?? {}).map(([name, value]) => ({ name, value, isRequired: true })),
  ...Object.entries(previousOutput(inputs)).map(([name, value]) => ({ name, value, isRequired: false })),
];

const refusal = (name) =>
  `Unable to set '${name}'. This only works if your SSH server is configured to accept
	these variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could
	prefix the command itself with the variables in the form 'VAR=value command'`;

/**
 * Opens a session, sets its environment, one variable after the other, and only then starts the command. ssh2's `exec` never
 * asks whether the server took a variable, so its request to start is held back until each one was answered.
 */
function openSession(client, command, variables, log) {
  return new Promise((resolve, reject) => {
    const protocol = client._protocol;
    const sendStart = protocol.exec.bind(protocol);
    protocol.exec = (channelId, ...start) => {
      const { _callbacks: replies } = client._chanMgr.get(0); // the only channel of this connection
      const onStarted = replies.pop();
      const proceed = ([variable, ...rest]) => {
        if (!variable) {
          replies.push(onStarted);
          return sendStart(channelId, ...start);
        }
        const { name, value, isRequired } = variable;
        replies.push((isRefused) => {
          if (isRefused) log(isRequired ? "ERROR" : "WARNING", refusal(name));
          if (!isRefused || !isRequired) return proceed(rest);
          reject(new Error(`could not set environment variable "${name}": ssh: setenv failed`));
        });
        protocol.env(channelId, name, value, true);
      };
      proceed(variables);
    };
    client.exec(command, (error, channel) => (error ? reject(error) : resolve(channel)));
  });
}

/** Resolves when the session closes: with why it counts as failed, or with nothing. */
function ending(channel) {
  let status = "wait: remote command exited without exit status or exit signal";
  channel.on("exit", (code, signalName) => {
    const number = signalName ? 128 + constants.signals[signalName] : code;
    status = number === 0 ? undefined : `Process exited with status ${number}`;
    if (signalName) status += ` from signal ${signalName.replace(/^SIG/, "")}`;
  });
  return new Promise((resolve) => channel.on("close", () => resolve(status)));
}

module.exports = { runRemotely };
