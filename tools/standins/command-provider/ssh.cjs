"use strict";

const { setTimeout: sleep } = require("node:timers/promises");
const { Client, utils } = require("ssh2");

/**
 * Connects as `connection` says, through its `proxy` if it has one, and tries again after errors up to `dialErrorLimit`
 * times; resolves with a client for the caller to end.
 */
async function dial(connection, { log, signal }) {
  const target = clientOptions(connection);
  const again = (what, limit, attempt) => retry({ what, limit, log, signal }, attempt);
  if (!connection.proxy) return again("Dial", connection.dialErrorLimit, () => connect(target));

  let proxy;
  try {
    const { proxy: bastion } = connection;
    const options = clientOptions(bastion);
    proxy = await again("Dial proxy", bastion.dialErrorLimit, () => connect(options));
    const client = await again("Dial from proxy", connection.dialErrorLimit, async () =>
      connect({ ...target, sock: await forward(proxy, connection) }),
    );
    return client.on("close", () => proxy.end());
  } catch (error) {
    proxy?.end();
    throw new Error(`proxy: ${error.message}`);
  }
}

function clientOptions(connection) {
  const {
    host,
    port,
    user: username,
    password,
    privateKey,
    privateKeyPassword,
    hostKey,
    perDialTimeout,
  } = connection;
  const options = { host, port, username, password, readyTimeout: perDialTimeout * 1000 };
  if (privateKey !== undefined) {
    const parsed = utils.parseKey(privateKey, privateKeyPassword);
    if (parsed instanceof Error) throw parsed;
    Object.assign(options, { privateKey, passphrase: privateKeyPassword });
  }
  if (hostKey !== undefined) {
    const [type, base64 = ""] = hostKey.trim().split(/\s+/);
    const expected = Buffer.from(base64, "base64");
    if (expected.length === 0) throw new Error("failed to parse host key: ssh: no key found");
    options.algorithms = { serverHostKey: [type] };
    options.hostVerifier = (key) => key.equals(expected);
  }
  const agent = connection.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  return { ...options, tryKeyboard: password !== undefined, ...(agent && { agent }) };
}

function connect(options) {
  return new Promise((resolve, reject) => {
    const client = new Client();
    client.on("keyboard-interactive", (_name, _text, _language, prompts, answer) =>
      answer(prompts.map(() => options.password)),
    );
    client.on("error", (error) => reject(new Error(describe(error, options)))); // after "ready": the channel reports it
    client.once("ready", () => resolve(client));
    client.connect(options);
  });
}

/** The official plugin's words for why a connection failed. */
function describe(error, { host, port, privateKey, password }) {
  const dialing = `dial tcp ${host}:${port}`;
  if (error.code === "ECONNREFUSED") return `${dialing}: connect: connection refused`;
  if (error.code === "EHOSTUNREACH") return `${dialing}: connect: no route to host`;
  if (error.code === "ETIMEDOUT" || error.level === "client-timeout") return `${dialing}: i/o timeout`;
  if (error.level === "client-authentication")
    return `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none${privateKey ? " publickey" : ""}${password ? " password" : ""}], no supported methods remain`;
  if (/host denied|verification failed/i.test(error.message))
    return "ssh: handshake failed: ssh: host key mismatch";
  return error.level ? `ssh: handshake failed: ${error.message}` : error.message;
}

const forward = (proxy, { host, port }) =>
  new Promise((resolve, reject) => {
    proxy.forwardOut("127.0.0.1", 0, host, port, (error, stream) =>
      error ? reject(error) : resolve(stream),
    );
  });

async function retry({ what, limit, log, signal }, attempt) {
  for (let tries = 0, delay = 100; ; tries++, delay = Math.min(delay * 1.5, 5_000)) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (limit > -1 && tries + 1 > limit)
        throw new Error(`after ${tries} failed attempts: ${error.message}`);
      log("INFO", `${what} ${tries + 1}/${limit === -1 ? "inf" : limit} failed: retrying`);
      await sleep(delay, undefined, { signal });
    }
  }
}

module.exports = { dial };
