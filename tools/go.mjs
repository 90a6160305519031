import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./run.mjs";
import { find, installPackages } from "./system-packages.mjs";

/** Path of a Go that can build the module in `directory`: the system's, or the release which its go.mod names. */
export async function goFor(directory, report) {
  if (!find("go")) await installPackages([{ name: "go", apt: "golang-go", dnf: "golang" }], report);
  const go = find("go");
  const needed = /^go (\S+)$/m.exec(readFileSync(join(directory, "go.mod"), "utf8"))[1];
  const installed = (await run(go, ["env", "GOVERSION"], { cwd: tmpdir() })).replace("go", "");
  if (installed.localeCompare(needed, "en", { numeric: true }) >= 0) return go;

  // Distributions' Go is often too old even to know `GOTOOLCHAIN`, which would do the same: releases of Go are modules,
  // checked against Go's checksum database. Modules carry no permissions, so programs are made executable here.
  const arch = { x64: "amd64" }[process.arch] ?? process.arch;
  const release = `golang.org/toolchain@v0.0.1-go${needed}.${process.platform}-${arch}`;
  report(`Go ${installed.trim()} is too old, getting ${needed}`);
  const { Dir } = JSON.parse(await run(go, ["mod", "download", "-json", release], { cwd: tmpdir() }));
  await run("chmod", ["-R", "a+x", join(Dir, "bin"), join(Dir, "pkg", "tool")]);
  return join(Dir, "bin", "go");
}
