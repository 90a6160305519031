import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { berthCommand, type Said } from "./berth-command";

/** The files of a stack in a folder of their own, with all that `./berth` keeps of it, for verbs that need no Pulumi. */
export class StackFolder {
  readonly #path = mkdtempSync(join(tmpdir(), "berth-stack-"));

  constructor(cluster: string, scenario: string) {
    this.write("cluster.yaml", cluster);
    this.write("scenario.yaml", scenario);
    this.write(
      "stack.yaml",
      JSON.stringify({
        config: {
          "berth:cluster": this.file("cluster.yaml"),
          "berth:scenario": this.file("scenario.yaml"),
          "berth:facts": this.file("facts.json"),
          "berth:drained": this.file("drained"),
          "berth:gone": this.file("gone"),
        },
      }),
    );
  }

  file(name: string): string {
    return join(this.#path, name);
  }

  write(name: string, text: string): void {
    writeFileSync(this.file(name), text);
  }

  berth = (...args: string[]): Promise<Said> =>
    berthCommand([...args, "--config-file", this.file("stack.yaml")]);

  remove(): void {
    rmSync(this.#path, { recursive: true });
  }
}
