"use strict";

const PREFIX = "kubernetes:config:";

/** Settings that are on or off, and the environment variable that counts where the program sets nothing. */
const FLAGS = {
  enableServerSideApply: { variable: "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY", byDefault: true },
  enablePatchForce: { variable: "PULUMI_K8S_ENABLE_PATCH_FORCE" },
  upsertExistingObjects: { variable: "PULUMI_K8S_UPSERT_EXISTING_OBJECTS" },
  enableConfigMapMutable: { variable: "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE" },
  enableSecretMutable: { variable: "PULUMI_K8S_ENABLE_SECRET_MUTABLE" },
  deleteUnreachable: { variable: "PULUMI_K8S_DELETE_UNREACHABLE" },
  alwaysRender: {},
};
const TEXTS = ["kubeconfig", "context", "cluster", "namespace", "renderYamlToDirectory"];

/** The provider's settings, from what the engine's Configure brings. */
function settingsFrom(variables, environment = process.env) {
  const settings = {};
  for (const name of TEXTS) settings[name] = variables.get(PREFIX + name) || undefined;
  for (const [name, { variable, byDefault = false }] of Object.entries(FLAGS)) {
    const text = variables.get(PREFIX + name) ?? environment[variable];
    settings[name] = text === undefined ? byDefault : text === "true";
  }
  if (!settings.enableServerSideApply)
    throw new Error("the stand-in of the kubernetes provider has no client-side apply");
  return settings;
}

/** What is wrong with a provider's inputs: rendering needs no cluster, so none may be named. */
function settingsFailures(inputs, environment = process.env) {
  const isSet = (name) => ![undefined, null, "", "false", false].includes(inputs[name]);
  const failures = [];
  if (isSet("renderYamlToDirectory")) {
    for (const property of ["cluster", "context", "kubeconfig"])
      if (isSet(property) && !(property === "kubeconfig" && inputs.kubeconfig === environment.KUBECONFIG))
        failures.push({
          property,
          reason: `"${property}" arg is not compatible with "renderYamlToDirectory" arg`,
        });
  } else if (isSet("alwaysRender"))
    failures.push({
      property: "alwaysRender",
      reason: '"alwaysRender" requires "renderYamlToDirectory" to be set',
    });
  return failures;
}

module.exports = { settingsFailures, settingsFrom };
