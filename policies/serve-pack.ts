import * as grpc from "@grpc/grpc-js";
import { AnalyzerService, type IAnalyzerServer } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as rpc from "@pulumi/pulumi/proto/analyzer_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { configMistakes } from "./config-mistakes";
import { fromWire } from "./from-wire";
import { type ActiveRule, concernsNodes, type Finding, Judge, type Seen } from "./judge";
import { readOverrides } from "./overrides";
import type { Level, Resource, Rule, Terms } from "./rule";

export interface Pack {
  readonly name: string;
  readonly version: string;
  readonly rules: Readonly<Record<Level, readonly Rule[]>>;
}

/** As much as the engine itself sends: the end of a preview comes in one message. */
const largestMessage = 400 << 20;

/**
 * Serves a pack to the engine that started this process: Pulumi's Analyzer protocol on a loopback port, which is the first line of
 * output. Ends with the engine. Throws when there is no port.
 */
export function servePack(pack: Pack): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": largestMessage });
  server.addService(AnalyzerService, handlers(pack));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    console.log(`${port}`);
  });
  // The engine holds the other end of it, even when it is killed.
  process.stdin.on("end", () => process.exit()).resume();
}

/** In the order in which they are called. */
function handlers({ name, version, rules }: Pack): IAnalyzerServer {
  let overrides = readOverrides(undefined, rules);
  let isPreview = false;
  let judge = new Judge([], isPreview);
  const leveled = () =>
    (Object.keys(rules) as Level[]).flatMap((level) =>
      rules[level].map(
        (rule) => ({ rule, level: overrides.reasons.has(rule.name) ? "advisory" : level }) as const,
      ),
    );
  const respond = (findings: readonly Finding[]) =>
    new rpc.AnalyzeResponse().setDiagnosticsList(
      findings.map(({ active: { rule, level }, urn, text }) =>
        new rpc.AnalyzeDiagnostic()
          .setPolicyname(rule.name)
          .setPolicypackname(name)
          .setPolicypackversion(version)
          .setDescription(rule.description)
          .setMessage(`${rule.description}\n${text}`)
          .setEnforcementlevel(levels[level])
          .setUrn(urn),
      ),
    );
  return {
    handshake: unary(() => new rpc.AnalyzerHandshakeResponse()),
    configureStack: unary((stack: rpc.AnalyzerStackConfigureRequest) => {
      overrides = readOverrides(stack.getConfigMap().get("berth:policies"), rules);
      isPreview = stack.getDryRun();
      return new rpc.AnalyzerStackConfigureResponse();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    getAnalyzerInfo: unary(() =>
      new rpc.AnalyzerInfo()
        .setName(name)
        .setVersion(version)
        .setSupportsconfig(true)
        .setPoliciesList(leveled().map(({ rule, level }) => described(rule, level))),
    ),
    configure: unary((request: rpc.ConfigureAnalyzerRequest) => {
      const configured = request.getPolicyconfigMap();
      const given: [string, string[]][] = [];
      configured.forEach((config, rule) => {
        given.push([rule, Object.keys(config.getProperties()?.toJavaScript() ?? {})]);
      });
      const mistakes = configMistakes(given, Object.values(rules).flat());
      if (mistakes.length > 0) throw new Mistaken(`--policy-pack-config: ${mistakes.join("; ")}`);
      const active = leveled().flatMap(({ rule, level }): ActiveRule[] => {
        const config = configured.get(rule.name);
        const parameters = config?.getProperties()?.toJavaScript() as Terms["parameters"] | undefined;
        const asked = config ? asLevel(config.getEnforcementlevel()) : level;
        return asked ? [{ rule, level: asked, terms: { parameters: parameters ?? {}, overrides } }] : [];
      });
      judge = new Judge(active, isPreview);
      return new Empty();
    }),
    remediate: unary(() => new rpc.RemediateResponse()),
    analyze: unary((resource: rpc.AnalyzeRequest) => respond(judge.resource(seen(resource)))),
    analyzeStack: unary((request: rpc.AnalyzeStackRequest) => {
      const resources = request.getResourcesList().filter((resource) => concernsNodes(resource.getType()));
      return respond(judge.stack(resources.map(seen)));
    }),
    cancel: unary(() => new Empty()),
  };
}

const levels = { advisory: rpc.EnforcementLevel.ADVISORY, mandatory: rpc.EnforcementLevel.MANDATORY };

/** What is wrong is not in the pack: people need no stack trace of it. */
class Mistaken extends Error {}

/** Nothing for a rule that was switched off. Nobody's remedy is ours, so such a rule forbids. */
function asLevel(level: rpc.EnforcementLevel): Level | undefined {
  if (level === rpc.EnforcementLevel.DISABLED) return undefined;
  return level === rpc.EnforcementLevel.ADVISORY ? "advisory" : "mandatory";
}

function described(rule: Rule, level: Level): rpc.PolicyInfo {
  const info = new rpc.PolicyInfo()
    .setName(rule.name)
    .setDescription(rule.description)
    .setEnforcementlevel(levels[level])
    .setPolicyType("check" in rule ? rpc.PolicyType.POLICY_TYPE_RESOURCE : rpc.PolicyType.POLICY_TYPE_STACK);
  if (!rule.configSchema) return info;
  const properties = Struct.fromJavaScript(
    rule.configSchema.properties as Parameters<typeof Struct.fromJavaScript>[0],
  );
  return info.setConfigschema(new rpc.PolicyConfigSchema().setProperties(properties));
}

const seen = (resource: rpc.AnalyzeRequest | rpc.AnalyzerResource): Seen => ({
  type: resource.getType(),
  name: resource.getName(),
  urn: resource.getUrn(),
  props: fromWire(resource.getProperties()?.toJavaScript() ?? {}) as Resource["props"],
});

/** What it throws ends the preview. */
function unary<Request, Response>(
  answer: (request: Request) => Response,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, callback) => {
    try {
      callback(null, answer(request));
    } catch (error) {
      const { message, stack } = error as Error;
      callback({ code: grpc.status.UNKNOWN, details: error instanceof Mistaken ? message : stack });
    }
  };
}
