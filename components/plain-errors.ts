import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../topology/config-error";

/**
 * Runs the program. A mistake of the user's is shown as its message alone; anything else is a bug and keeps its stack, but for
 * the SDK's own frames: the SDK prints errors in colour, and Node 20 takes half a minute to colour a path such as theirs.
 */
export async function plainErrors<T>(program: () => Promise<T>): Promise<T> {
  // The SDK's own way from what runs to what was written knows only files; tsx has told Node, which is faster, too.
  delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
  try {
    return await program();
  } catch (error) {
    if (error instanceof ConfigError)
      throw Object.assign(new pulumi.RunError(error.message), { stack: error.message });
    if (error instanceof Error) error.stack = withoutFramesOfTheSdk(error.stack);
    throw error;
  }
}

function withoutFramesOfTheSdk(stack: string | undefined): string | undefined {
  return stack
    ?.split("\n")
    .filter((line) => !line.includes("node_modules/@pulumi/"))
    .join("\n");
}
