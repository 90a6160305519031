"use strict";

const { apiServer } = require("./api-server.cjs");
const { loadKubeconfig } = require("./kubeconfig.cjs");
const { kindsOf } = require("./kinds.cjs");

/**
 * The cluster that the settings name: requests to it, its kinds, its objects. One that cannot be reached says why in
 * `unreachable`; nothing is thrown, since rendering and previews of what is new go on without.
 */
async function connectCluster(settings, signal) {
  const refusing = (message) => async () => {
    throw new Error(message);
  };
  const alone = (message) => clusterOf(refusing(message), settings.namespace ?? "default");
  if (settings.renderYamlToDirectory) return alone("no cluster is asked where YAML is rendered");
  try {
    const config = await loadKubeconfig(settings);
    const { namespace = "default" } = config.getContextObject(config.getCurrentContext());
    const cluster = clusterOf(apiServer(config, signal), settings.namespace ?? namespace);
    await cluster.request("GET", "/version").catch((error) => {
      throw new Error(`unable to load schema information from the API server: ${error.message}`);
    });
    return cluster;
  } catch ({ message }) {
    return { ...alone(message), unreachable: message };
  }
}

function clusterOf(request, namespace) {
  const kinds = kindsOf(request);
  return {
    namespace,
    request,
    kinds,
    read: async (object) => request("GET", await kinds.path(object, object.metadata.name)),
  };
}

module.exports = { connectCluster };
