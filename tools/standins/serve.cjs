"use strict";

const grpc = require("@grpc/grpc-js");

/** As large as the engine's own limit: states and programs' inputs may be big. */
const MESSAGE_LIMITS = {
  "grpc.max_receive_message_length": 400 << 20,
  "grpc.max_send_message_length": 400 << 20,
};

/** The engine's address, which it gives as the only argument that is not a flag. */
const engineAddress = () => process.argv.slice(2).findLast((argument) => !argument.startsWith("-"));

/** Turns `async (request, call) => response` into a gRPC handler; what it throws becomes the error text, with its metadata. */
const unary = (handle) => async (call, callback) => {
  try {
    callback(null, await handle(call.request, call));
  } catch (error) {
    callback({ code: grpc.status.UNKNOWN, message: error.message, metadata: error.metadata });
  }
};

/** Serves on a free loopback port; resolves with it. */
function listen(service, handlers) {
  const server = new grpc.Server(MESSAGE_LIMITS);
  server.addService(service, handlers);
  return new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
      error ? reject(error) : resolve({ server, port }),
    );
  });
}

/**
 * Serves for the life of the engine, which learns the port from the first line of output. An engine that was killed cannot say
 * that it ends, but this process is then no longer its child: `cancel` ends what is under way.
 */
async function servePlugin(service, handlers, cancel) {
  const { port } = await listen(service, handlers);
  process.stdout.write(`${port}\n`);
  const engine = process.ppid;
  setInterval(() => {
    if (process.ppid === engine) return;
    cancel();
    process.exit(1);
  }, 1_000);
}

const connect = (Client, address) => new Client(address, grpc.credentials.createInsecure(), MESSAGE_LIMITS);

module.exports = { connect, engineAddress, listen, servePlugin, unary };
