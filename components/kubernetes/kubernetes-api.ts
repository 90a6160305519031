import { once } from "node:events";
import { existsSync } from "node:fs";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { didYouMean } from "../../topology/did-you-mean";
import { KubernetesError } from "./kubernetes-error";
import { refusalOf, unreachable } from "./kubernetes-refusal";

/** How a cluster file says that its API server is reached. */
export interface KubernetesAccess {
  readonly context: string;
  /** Undefined: `$KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string;
}

/** Milliseconds for one answer, credentials and connection included. */
const patience = 10_000;
const silence = `no answer in ${patience / 1000} s`;
/** Objects of a list in one answer. */
const page = 500;

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly sent?: string;
  /** Its end may be far away. */
  readonly isFollowed?: boolean;
}

/** An API server as a kubeconfig's context names it. */
export class KubernetesApi {
  private constructor(
    readonly access: KubernetesAccess,
    /** For what is more than a request, such as a port-forward. Its current context is `access.context`. */
    readonly config: KubeConfig,
    readonly server: string,
  ) {}

  /** Reads the kubeconfig; contacts nobody yet. Throws KubernetesError. */
  static async open(access: KubernetesAccess): Promise<KubernetesApi> {
    const files = kubeconfigFiles(access);
    // Only here: it takes half a second, and most verbs never need it.
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    for (const [at, file] of files.entries())
      try {
        const one = new KubeConfig();
        one.loadFromFile(file);
        if (at === 0) config.loadFromFile(file);
        else config.mergeConfig(one);
      } catch (error) {
        throw new KubernetesError(
          "KubeconfigUnreadable",
          `${file} is no kubeconfig: ${firstLine(error)}; see  kubectl --kubeconfig ${file} config view`,
        );
      }
    const known = config.getContexts().map(({ name }) => name);
    const where = files.join(delimiter);
    if (known.length === 0)
      throw new KubernetesError("KubeconfigUnreadable", `${where} has no contexts; is it a kubeconfig?`);
    if (!known.includes(access.context))
      throw new KubernetesError(
        "ContextUnknown",
        `${where} has no context "${access.context}", as kubernetes.context of the cluster file says${didYouMean(access.context, known)}`,
      );
    config.setCurrentContext(access.context);
    const server = config.getCurrentCluster()?.server;
    if (!server || !config.getCurrentUser())
      throw new KubernetesError(
        "KubeconfigUnreadable",
        `context "${access.context}" in ${where} names a cluster or a user that is not there; mend it with  kubectl config set-context ${access.context} --cluster=… --user=…`,
      );
    return new KubernetesApi(access, config, server.replace(/\/$/, ""));
  }

  /** What lies at a path such as `/api/v1/nodes`. Throws KubernetesError, after ten seconds at most. */
  async get<T>(path: string): Promise<T> {
    const text = await this.text(path);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new KubernetesError(
        "AnswerUnexpected",
        `${this.server}${path} did not answer in JSON; is that an API server?`,
      );
    }
  }

  /** The objects of a list, all of them. `query`: such as `labelSelector=a%3Db`. Throws KubernetesError. */
  async list<T>(path: string, query = ""): Promise<T[]> {
    const items: T[] = [];
    let more = "";
    do {
      const asked = [query, `limit=${page}`, more && `continue=${encodeURIComponent(more)}`].filter(Boolean);
      const answer = await this.get<{ items?: T[]; metadata?: { continue?: string } }>(
        `${path}?${asked.join("&")}`,
      );
      items.push(...(answer.items ?? []));
      more = answer.metadata?.continue ?? "";
    } while (more);
    return items;
  }

  /** The same as plain text, such as a log. Throws KubernetesError. */
  async text(path: string): Promise<string> {
    return this.send("GET", path);
  }

  /** Makes an object, in the collection at a path such as `/api/v1/namespaces`. Throws KubernetesError. */
  async create(path: string, manifest: object): Promise<void> {
    await this.send("POST", path, JSON.stringify(manifest));
  }

  /** Asks for the end of an object, which may come later. Throws KubernetesError. */
  async remove(path: string): Promise<void> {
    await this.send("DELETE", path);
  }

  /** Text as it comes until its end, such as a log that is followed. Throws KubernetesError when nobody begins to answer. */
  async follow(path: string, onText: (text: string) => void): Promise<void> {
    await this.exchange({ method: "GET", path, isFollowed: true }, onText);
  }

  private async send(method: string, path: string, sent?: string): Promise<string> {
    let text = "";
    await this.exchange({ method, path, ...(sent !== undefined && { sent }) }, (part) => {
      text += part;
    });
    return text;
  }

  private async exchange(
    { method, path, sent, isFollowed }: Exchange,
    onText: (text: string) => void,
  ): Promise<void> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), patience);
    try {
      const options = { ...(await this.authorized(deadline.signal)), method, signal: deadline.signal };
      const response = await responseTo(`${this.server}${path}`, options, sent);
      if (isFollowed) clearTimeout(timer);
      const status = response.statusCode ?? 0;
      const isFine = status >= 200 && status < 300;
      let refusal = "";
      for await (const text of response.setEncoding("utf8"))
        if (isFine) onText(text);
        else refusal += text;
      if (!isFine) throw refusalOf(this.access, this.server, path, status, refusal);
    } catch (error) {
      if (error instanceof KubernetesError) throw error;
      const why = deadline.signal.aborted ? silence : (error as NodeJS.ErrnoException);
      throw unreachable(this.access, this.server, why);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Options of a request with the credentials: a program that fetches them may fail, or never end. */
  private async authorized(deadline: AbortSignal): Promise<RequestOptions> {
    const options: RequestOptions = {
      headers: { accept: "application/json", "content-type": "application/json" },
    };
    const late = once(deadline, "abort").then(() => {
      throw new Error(silence);
    });
    try {
      await Promise.race([this.config.applyToHTTPSOptions(options), late]);
      return options;
    } catch (error) {
      const { context } = this.access;
      throw new KubernetesError(
        "CredentialsFailed",
        `context "${context}": its credentials cannot be had: ${firstLine(error)}; try  kubectl --context ${context} version`,
      );
    }
  }
}

/** Those that are read, the first has the last word, as for kubectl. Throws KubernetesError when none is there. */
function kubeconfigFiles({ kubeconfig }: KubernetesAccess): string[] {
  const named = kubeconfig ? [kubeconfig] : (process.env.KUBECONFIG ?? "").split(delimiter).filter(Boolean);
  const asked = (named.length > 0 ? named : ["~/.kube/config"]).map(fromHome);
  const found = asked.filter((file) => existsSync(file));
  if (found.length > 0) return found;
  throw new KubernetesError(
    "KubeconfigMissing",
    `no ${asked.join(delimiter)}; put the cluster's kubeconfig there, or name it in kubernetes.kubeconfig of the cluster file`,
  );
}

const fromHome = (file: string) => resolve(file.replace(/^~(?=\/|$)/, homedir()));

function responseTo(url: string, options: RequestOptions, sent?: string): Promise<IncomingMessage> {
  const request = url.startsWith("http:") ? httpRequest : httpsRequest;
  return new Promise((done, failed) => request(url, options, done).on("error", failed).end(sent));
}

const firstLine = (error: unknown) => String((error as Error).message ?? error).split("\n")[0];
