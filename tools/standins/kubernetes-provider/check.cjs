"use strict";

const { plain } = require("../values.cjs");
const { named } = require("./names.cjs");
const { kindOfUrn, normalized } = require("./objects.cjs");
const { withSecrets } = require("./secrets.cjs");

/** The inputs of a resource with a name and, where its kind has one, a namespace. */
async function check(urn, { olds, news, seed, autonaming }, { cluster }) {
  const { kind } = kindOfUrn(urn);
  if (kind.endsWith("List"))
    throw new Error(
      "list resources exist for compatibility with YAML manifests and Helm charts, and cannot be created directly. Use the underlying resource type instead",
    );
  if (kind.endsWith("Patch"))
    throw new Error(`the stand-in of the kubernetes provider has no ${kind}: nothing is patched by it`);
  const inputs = normalized(plain(news));
  const old = Object.keys(olds).length > 0 ? plain(olds) : undefined;
  const object = named(inputs, { old, urn, seed, autonaming });
  const lacksNamespace = !object.metadata.namespace && (await cluster.kinds.isNamespaced(object));
  if (lacksNamespace) object.metadata = { ...object.metadata, namespace: cluster.namespace };
  return withSecrets(object, news);
}

module.exports = { check };
