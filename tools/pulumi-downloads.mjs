import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, versions } from "./environment.mjs";

const PROBE_MS = 5_000;
const REMEMBERED_MS = 24 * 60 * 60 * 1000;

/** Where Pulumi's official builds are: BERTH_PULUMI_DOWNLOADS names a mirror. */
export const downloads = () => process.env.BERTH_PULUMI_DOWNLOADS ?? "https://get.pulumi.com";

/** Address of the archive with the CLI and its language hosts. */
export const cliArchive = () =>
  `${downloads()}/releases/sdk/pulumi-v${versions.pulumi}-${process.platform}-${process.arch}.tar.gz`;

const closedSince = () => join(cacheDir(), "pulumi-downloads-closed");

/** Whether the downloads were found closed within the last day, so that set-up need not ask again. */
export function knownClosed() {
  try {
    const [address, since] = readFileSync(closedSince(), "utf8").split(" ");
    return address === downloads() && Date.now() - Number(since) < REMEMBERED_MS;
  } catch {
    return false;
  }
}

/** Asks whether the downloads can be had from here, for at most 5 s; remembers for a day if they cannot. */
export async function areOpen() {
  try {
    const { ok } = await fetch(cliArchive(), { method: "HEAD", signal: AbortSignal.timeout(PROBE_MS) });
    if (ok) return true;
  } catch {
    // No name, no route or no answer: all the same to us.
  }
  mkdirSync(cacheDir(), { recursive: true });
  writeFileSync(closedSince(), `${downloads()} ${Date.now()}`);
  return false;
}
