import { ConfigError } from "../../topology/config-error";

/** What stands between this machine and an answer of a Kubernetes API server. */
export type KubernetesFault =
  | "KubeconfigMissing"
  | "KubeconfigUnreadable"
  | "ContextUnknown"
  | "CredentialsFailed"
  | "Unreachable"
  | "CertificateRefused"
  | "Unauthorized"
  | "Forbidden"
  | "KindMissing"
  | "NotFound"
  | "LogUnavailable"
  | "AnswerUnexpected";

/** An API server did not answer as it should: printed as it is, without a stack, where nobody makes more of it. */
export class KubernetesError extends ConfigError {
  /** @param text where, what and the remedy, on one line */
  constructor(
    readonly fault: KubernetesFault,
    text: string,
  ) {
    super([`berth: ${fault}: ${text}`]);
  }
}
