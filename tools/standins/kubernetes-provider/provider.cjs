"use strict";

const rpc = require("@pulumi/pulumi/proto/provider_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { log } = require("../engine.cjs");
const { filled, fromStruct } = require("../messages.cjs");
const { UNKNOWN, isSecret, plain, some } = require("../values.cjs");
const { check } = require("./check.cjs");
const { connectCluster } = require("./cluster.cjs");
const { create, previewCreate } = require("./create.cjs");
const { partialFailure } = require("./partial-failure.cjs");
const { idOf, normalized } = require("./objects.cjs");
const { read } = require("./read.cjs");
const { remove } = require("./remove.cjs");
const { render, unrender } = require("./render.cjs");
const { fromState, managerOf, toState } = require("./state.cjs");
const { previewUpdate, update } = require("./update.cjs");

const GONE = `If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"`;

/** The engine's requests about resources, for one cluster or, where YAML is rendered, one folder. */
class Provider {
  /** Asks the cluster that the settings name whether it is there. */
  static async configured(settings, signal) {
    return new Provider(settings, await connectCluster(settings, signal), signal);
  }

  constructor(settings, cluster, signal) {
    Object.assign(this, { settings, cluster, signal, directory: settings.renderYamlToDirectory });
  }

  async check(request) {
    const inputs = await check(
      request.getUrn(),
      {
        olds: fromStruct(request.getOlds()),
        news: fromStruct(request.getNews()),
        seed: request.getRandomseed_asU8(),
        autonaming: request.getAutonaming()?.toObject(),
      },
      this,
    );
    if (this.directory && some(inputs, isSecret))
      await log(request.getUrn(), "WARNING", "rendered YAML will contain a secret value in plaintext");
    return filled(new rpc.CheckResponse(), { Inputs: toStruct(inputs) });
  }

  async create(request) {
    const isPreview = request.getPreview();
    const news = fromStruct(request.getProperties());
    const object = plain(news);
    const asItIs = filled(new rpc.CreateResponse(), { Properties: request.getProperties() });
    if (isPreview && (this.cluster.unreachable || isUnknown(object))) return asItIs;
    const origin = { apiVersion: object.apiVersion, manager: managerOf(object) };
    const created = await this.bring(request, object, news, origin, () =>
      isPreview
        ? previewCreate(object, origin.manager, this.context(request))
        : create(object, origin.manager, this.context(request)),
    );
    if (!created) return asItIs;
    const Id = isPreview ? "" : idOf(created);
    return filled(new rpc.CreateResponse(), {
      Id,
      Properties: toStruct(toState(created, object, news, origin)),
    });
  }

  async update(request) {
    const isPreview = request.getPreview();
    const news = fromStruct(request.getNews());
    const object = normalized(plain(news));
    const asItIs = filled(new rpc.UpdateResponse(), { Properties: request.getNews() });
    if (isPreview && (this.cluster.unreachable || isUnknown(object))) return asItIs;
    const old = fromState(fromStruct(request.getOlds()));
    const origin = { apiVersion: old.apiVersion, manager: managerOf(object, old.manager) };
    const context = { ...this.context(request), ignored: request.getIgnorechangesList() };
    const updated = await this.bring(request, object, news, origin, () =>
      isPreview ? previewUpdate(object, origin.manager, context) : update(object, origin.manager, context),
    );
    if (!updated) return asItIs;
    return filled(new rpc.UpdateResponse(), { Properties: toStruct(toState(updated, object, news, origin)) });
  }

  /** What create and update share: a folder instead of a cluster, and what is half done is told with what is there. */
  async bring(request, object, news, origin, act) {
    const urn = request.getUrn();
    if (this.directory) {
      if (!request.getPreview()) {
        const path = await render(object, this.directory);
        if (some(news, isSecret))
          await log(urn, "WARNING", `rendered file ${path} contains a secret value in plaintext`);
      }
      return object;
    }
    this.requireCluster();
    try {
      return await act();
    } catch (error) {
      if (!error.live) throw error;
      const verb =
        request instanceof rpc.CreateRequest ? `resource "${urn}" was successfully created, but ` : "";
      const what = verb ? "it" : `"${idOf(error.live)}"`;
      throw partialFailure({
        id: idOf(error.live),
        message: `${verb}the Kubernetes API server reported that ${what} failed to fully initialize or become live: ${error.message}`,
        reasons: error.reasons.slice(1),
        properties: toStruct(toState(error.live, object, news, origin)),
      });
    }
  }

  async read(request) {
    if (this.cluster.unreachable) {
      await log(
        request.getUrn(),
        "WARNING",
        `configured Kubernetes cluster is unreachable: ${this.cluster.unreachable}`,
      );
      if (this.settings.deleteUnreachable) return new rpc.ReadResponse();
      throw new Error(`failed to read resource state due to unreachable cluster. ${GONE}`);
    }
    const [id, marked] = [request.getId(), fromStruct(request.getInputs())];
    const oldState = fromStruct(request.getProperties());
    if (this.directory)
      return filled(new rpc.ReadResponse(), {
        Id: id,
        Properties: request.getProperties(),
        Inputs: request.getInputs(),
      });
    const { live: oldLive, apiVersion, manager } = fromState(oldState);
    const found = await read(request.getUrn(), id, oldLive, plain(marked), this.context(request));
    if (!found) return new rpc.ReadResponse();
    const { live, inputs, failure } = found;
    const origin = { apiVersion: apiVersion ?? live.apiVersion, manager: managerOf(inputs, manager) };
    const properties = toStruct(toState(live, inputs, marked, origin));
    const Inputs = toStruct(toState(inputs, inputs, marked, origin).__inputs);
    if (failure)
      throw partialFailure({
        id,
        message: failure.message,
        reasons: failure.reasons.slice(1),
        properties,
        inputs: Inputs,
      });
    return filled(new rpc.ReadResponse(), { Id: id, Properties: properties, Inputs });
  }

  async delete(request) {
    const { live, inputs, apiVersion, manager } = fromState(fromStruct(request.getProperties()));
    if (this.directory) {
      unrender(live, this.directory);
      return new Empty();
    }
    if (this.cluster.unreachable) {
      await log(
        request.getUrn(),
        "WARNING",
        `configured Kubernetes cluster is unreachable: ${this.cluster.unreachable}`,
      );
      if (this.settings.deleteUnreachable) return new Empty();
      throw new Error(`configured Kubernetes cluster is unreachable. ${GONE}`);
    }
    try {
      await remove(live, inputs, this.context(request));
    } catch (error) {
      if (!error.live) throw error;
      throw partialFailure({
        id: idOf(error.live),
        message: error.message,
        reasons: error.reasons.slice(1),
        properties: toStruct(
          toState(error.live, inputs, fromStruct(request.getProperties()), { apiVersion, manager }),
        ),
      });
    }
    return new Empty();
  }

  requireCluster() {
    const { unreachable } = this.cluster;
    if (unreachable) throw new Error(`configured Kubernetes cluster is unreachable: ${unreachable}`);
  }

  /** What an operation under way needs: the cluster, where to log, its time in seconds and what ends it. */
  context(request) {
    const urn = request.getUrn();
    return {
      cluster: this.cluster,
      settings: this.settings,
      urn,
      signal: this.signal,
      timeout: request.getTimeout?.() ?? 0,
      log: (severity, message) => log(urn, severity, message, { ephemeral: severity === "INFO" }),
    };
  }
}

const isUnknown = (object) => some(object, (value) => value === UNKNOWN);

/** As JSON says it: what is undefined is left out. */
const toStruct = (object) => Struct.fromJavaScript(JSON.parse(JSON.stringify(object)));

module.exports = { Provider };
