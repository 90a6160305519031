"use strict";

const { existsSync, readFileSync } = require("node:fs");
const { homedir } = require("node:os");

/** The part of the Kubernetes client that reads kubeconfigs and signs requests; a module of the other kind, and no small one. */
const loadClient = () => import("@kubernetes/client-node/dist/config.js");

/**
 * The kubeconfig with the settings' context and cluster chosen: given as a path, as text, or else the one that kubectl would
 * use. Throws what is wrong with it.
 */
async function loadKubeconfig(settings) {
  const { KubeConfig } = await loadClient();
  const config = new KubeConfig();
  if (settings.kubeconfig) loadGiven(config, settings.kubeconfig);
  else config.loadFromDefault();
  if (settings.context) config.setCurrentContext(settings.context);
  const context = config.getContextObject(config.getCurrentContext());
  if (!context) {
    const name = settings.context ?? config.getCurrentContext();
    throw new Error(
      name ? `context "${name}" does not exist` : "invalid configuration: no configuration has been provided",
    );
  }
  if (settings.cluster) context.cluster = settings.cluster;
  if (!config.getCurrentCluster()) throw new Error(`cluster "${context.cluster}" does not exist`);
  return config;
}

function loadGiven(config, given) {
  const path = given.replace(/^~(?=\/|$)/, homedir());
  const text = existsSync(path) ? readFileSync(path, "utf8") : given;
  const isText = /^\s*(\{|[\w"-]+\s*:)/m.test(text);
  try {
    if (!isText) throw new Error(`no such file, and not the text of one: ${given}`);
    config.loadFromString(text);
  } catch (error) {
    throw new Error(`failed to parse kubeconfig data in \`kubernetes:config:kubeconfig\`- ${error.message}`);
  }
}

/** The address that a kubeconfig, given as for `loadKubeconfig`, leads to; `undefined` where it leads nowhere. */
async function serverOf(settings) {
  try {
    return (await loadKubeconfig(settings)).getCurrentCluster().server;
  } catch {
    return undefined;
  }
}

module.exports = { loadKubeconfig, serverOf };
