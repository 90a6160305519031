import * as pulumi from "@pulumi/pulumi";
import { ConfigError } from "../topology/config-error";

/** Runs the program; a mistake of the user's is shown as its message alone, anything else is a bug and keeps its stack. */
export async function plainErrors<T>(program: () => Promise<T>): Promise<T> {
  try {
    return await program();
  } catch (error) {
    throw error instanceof ConfigError ? new pulumi.RunError(error.message) : error;
  }
}
