"use strict";

const { serverOf } = require("./kubeconfig.cjs");

/**
 * Which inputs of a provider changed, and which of them mean another cluster (or folder), so that all that it manages is created
 * there anew. Whoever says by `clusterIdentifier` which cluster it is knows better than the address in the kubeconfig.
 */
async function configDiff(olds, news) {
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])].filter(
    (name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name]),
  );
  if (news.clusterIdentifier !== undefined && !changed.includes("clusterIdentifier"))
    return { changed, replacing: [] };
  const servers = [await serverOf(olds), await serverOf(news)];
  const isElsewhere = servers.every(Boolean) && servers[0] !== servers[1];
  const leading = isElsewhere ? ["kubeconfig", "context", "cluster"] : [];
  const decisive = [...leading, "clusterIdentifier", "renderYamlToDirectory"];
  return { changed, replacing: changed.filter((name) => decisive.includes(name)) };
}

module.exports = { configDiff };
