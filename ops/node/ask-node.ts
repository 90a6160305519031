import { nodeRequest } from "../../components/node-program";
import type { Reach } from "../../components/reach";
import { type Ended, runOnNode } from "./run-on-node";

/** What a node said: its supervisor's answer, or why there is none. */
export type Answer<T> = { readonly answer: T } | { readonly problem: string };

const usualSeconds = 20;

/**
 * Asks one node's supervisor: verbs that change no instance. Never throws for what is wrong over there.
 * Waits a minute at most, or as much longer as the deadline is.
 * @param send how the request gets there; @default by itself
 */
export async function askNode<T>(
  reach: Reach,
  verb: "status" | "logs" | "facts" | "census" | "examine" | "watch" | "release" | "snapshot",
  request: object,
  deadlineSeconds = usualSeconds,
  send: (verb: string, input: string, seconds: number) => Promise<Ended> = (...given) =>
    runOnNode(reach, ...given),
): Promise<Answer<T>> {
  const input = nodeRequest({ deadline_s: deadlineSeconds, ...request });
  const { status, stdout, stderr } = await send(verb, input, deadlineSeconds);
  if (status !== 0) return { problem: stderr.trim() || `ended with ${status}` };
  try {
    return { answer: JSON.parse(stdout) as T };
  } catch {
    return {
      problem: `berth: AnswerUnreadable: ${reach.node}: either there is no room here in ${process.env.XDG_RUNTIME_DIR || "/tmp"}, or a file like .bashrc prints something at each login there; mend that, then run this again`,
    };
  }
}
