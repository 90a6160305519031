"use strict";

const http = require("node:http");
const https = require("node:https");

/** A server that does not answer a request for so long is given up. */
const ANSWER_MS = 30_000;

/** A refusal of the API server: `code` as in HTTP, `reason` as in its own Status. */
class ApiError extends Error {
  constructor(code, { message, reason, details } = {}, answer = "") {
    super(message ?? `the API server answered ${code}: ${answer.trim().slice(0, 500)}`);
    Object.assign(this, { code, reason, details });
  }
}

/** Requests to the API server of a kubeconfig, in its own JSON, with no model of the kinds in between; `signal` ends them. */
function apiServer(config, signal) {
  let agent;

  /** Resolves with the answer's object. `type` is that of a body which is no plain JSON. */
  return async function request(method, path, { query = {}, body, type = "application/json" } = {}) {
    const url = new URL(config.getCurrentCluster().server.replace(/\/$/, "") + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = { accept: "application/json", "user-agent": "berth-kubernetes-stand-in" };
    const options = { method, headers };
    await config.applyToHTTPSOptions(options);
    agent ??= options.agent;
    const text = body === undefined ? undefined : JSON.stringify(body);
    if (text !== undefined)
      Object.assign(options.headers, { "content-type": type, "content-length": Buffer.byteLength(text) });
    return send(url, { ...options, agent }, text, signal);
  };
}

function send(url, options, text, cancelled) {
  const late = AbortSignal.timeout(ANSWER_MS);
  const signal = AbortSignal.any([cancelled, late]);
  return new Promise((resolve, reject) => {
    const fail = (error) => {
      if (cancelled.aborted) reject(cancelled.reason);
      else if (late.aborted) reject(new Error(`${url.origin}: no answer within ${ANSWER_MS / 1000} s`));
      else
        reject(new Error(`${options.method} ${url.origin}${url.pathname}: ${error.message || error.code}`));
    };
    const { request } = url.protocol === "http:" ? http : https;
    request(url, { ...options, signal }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        answer += chunk;
      });
      response.on("error", fail);
      response.on("end", () => {
        const object = parsed(answer);
        if (response.statusCode >= 400) reject(new ApiError(response.statusCode, object, answer));
        else resolve(object);
      });
    })
      .on("error", fail)
      .end(text);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isNotFound = (error) => error.code === 404;
const isForbidden = (error) => error.code === 403;
const isConflict = (error) => error.code === 409 && error.reason === "Conflict";
const isAlreadyExists = (error) => error.code === 409 && error.reason === "AlreadyExists";
const isNamespaceNotFound = (error) => isNotFound(error) && error.details?.kind === "namespaces";

module.exports = {
  ApiError,
  apiServer,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isNamespaceNotFound,
  isNotFound,
};
