// CopyToRemote of a file, a folder and a text, with a real engine and a real sshd.
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sshd, startSshd } from "../../lab/sshd";
import { connectionTo } from "./connection-to";
import { Engine } from "./engine";

let engine: Engine;
let node: Sshd;
beforeAll(async () => {
  engine = new Engine();
  node = await startSshd({ directory: join(engine.folder, "node"), address: "127.0.0.1" });
  engine.define({ connection: connectionTo(node), remotely: join(engine.folder, "remotely") });
  engine.write("from/file.txt", "a file");
  engine.write("from/below/deep.txt", "below");
  engine.write("remotely/there/kept.txt", "kept");
});
afterAll(async () => {
  await node.stop();
  engine.remove();
});

const program = (text: string, connection = "connection") => `
  const copy = (name, source, remotePath) =>
    new remote.CopyToRemote(name, { connection: ${connection}, source, remotePath: remotely + "/" + remotePath });
  const { FileArchive, FileAsset, StringAsset } = pulumi.asset;
  copy("file", new FileAsset("from/file.txt"), "new/folder/renamed.txt");
  copy("file-into", new FileAsset("from/file.txt"), "there");
  copy("folder", new FileArchive("from"), "into");
  copy("contents", new FileArchive("from/"), "contents");
  copy("text", new StringAsset("${text}"), "texts/text.txt");`;

test("puts each where cp -r would, and makes the folders it needs", async () => {
  const { ok, errors } = await engine.run("up", program("some text"));
  expect([ok, errors]).toEqual([true, {}]);
  const copied = ["new/folder/renamed.txt", "there/file.txt", "there/kept.txt", "into/from/file.txt"]
    .concat(["into/from/below/deep.txt", "contents/file.txt", "contents/below/deep.txt", "texts/text.txt"])
    .map((file) => engine.read(`remotely/${file}`));
  expect(copied).toEqual(["a file", "a file", "kept", "a file", "below", "a file", "below", "some text"]);
});

test("copies again what changed, and nothing for another connection alone", async () => {
  expect(await engine.run("up")).toMatchObject({ ok: true, steps: [] });
  engine.write("remotely/texts/text.txt", "edited there");
  const reconnected = await engine.run("up", program("some text", "{ ...connection, dialErrorLimit: 3 }"));
  expect([reconnected.ok, reconnected.steps.length]).toEqual([true, 5]);
  expect(engine.read("remotely/texts/text.txt")).toBe("edited there");

  engine.write("from/below/deep.txt", "deeper");
  const changed = await engine.run("up", program("other text", "{ ...connection, dialErrorLimit: 3 }"));
  expect(changed.steps.toSorted()).toEqual(["update contents", "update folder", "update text"]);
  expect([engine.read("remotely/texts/text.txt"), engine.read("remotely/contents/below/deep.txt")]).toEqual([
    "other text",
    "deeper",
  ]);
});

test("refuses a folder over a file and a text over a folder; destroy leaves what was copied", async () => {
  const { ok, errors } = await engine.run(
    "up",
    `${program("other text", "{ ...connection, dialErrorLimit: 3 }")}
     copy("folder-on-file", new FileArchive("from"), "there/kept.txt");
     copy("text-on-folder", new StringAsset("lost"), "there");`,
    ["--continue-on-error"],
  );
  expect([ok, Object.keys(errors).toSorted()]).toEqual([false, ["", "folder-on-file", "text-on-folder"]]);
  expect(errors["text-on-folder"]?.at(-1)).toBe(
    `remote path ${engine.folder}/remotely/there is a directory; when using a text asset, remotePath must be a file path`,
  );
  expect(await engine.run("destroy")).toMatchObject({ ok: true });
  expect(engine.read("remotely/texts/text.txt")).toBe("other text");
});
