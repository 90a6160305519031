export const checkout: string;
export const versions: { nodeMajor: number; pulumi: string; command: string };
export function cacheDir(): string;
export function pulumiHome(): { kind: "preset" | "official" | "standin"; path: string } | undefined;
export function homePath(kind: "official" | "standin"): string;
export function pulumiEnvironment(extra?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
export function pythonPath(): string;
