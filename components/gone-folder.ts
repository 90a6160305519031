import * as pulumi from "@pulumi/pulumi";
import { defaultGoneFolder } from "../topology/stack-files";

/** Where the machines that were given up lie: a folder for each, by cluster. The stacks of a cluster share it. */
export function goneFolder(): string {
  return new pulumi.Config("berth").get("gone") ?? defaultGoneFolder;
}
