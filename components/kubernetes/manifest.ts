/** An object for the API server, as YAML would say it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [more: string]: unknown;
}

/** On every object, so that whoever finds it knows whose it is. */
export function ownLabels(stack: string, cluster?: string): Record<string, string> {
  return {
    "app.kubernetes.io/managed-by": "berth",
    "berth.dev/stack": stack,
    ...(cluster && { "berth.dev/cluster": cluster }),
  };
}
