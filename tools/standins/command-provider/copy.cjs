"use strict";

const { readdirSync, statSync } = require("node:fs");
const path = require("node:path");
const { posix } = path;
const { promisify } = require("node:util");
const { dial } = require("./ssh.cjs");
const { isArchive } = require("./values.cjs");

/**
 * Copies the asset `source` to `remotePath` over SFTP, as `cp -r` would:
 *
 *     source | remotePath is a folder | is a file   | is not there
 *     dir    | remotePath/dir         | error       | remotePath/dir
 *     dir/   | remotePath/*           | error       | remotePath/*
 *     file   | remotePath/file        | overwritten | remotePath
 *     text   | error                  | overwritten | remotePath
 */
async function copyToRemote({ connection, source, remotePath }, context) {
  const client = await dial(connection, context);
  try {
    const remote = remoteFiles(await promisify(client.sftp.bind(client))());
    const there = await remote.stat(remotePath);
    if (!isArchive(source) && source.text !== undefined) {
      if (there?.isDirectory())
        throw new Error(
          `remote path ${remotePath} is a directory; when using a text asset, remotePath must be a file path`,
        );
      await remote.ensureFolder(posix.dirname(remotePath));
      await remote.write(remotePath, source.text);
    } else if (statSync(source.path).isDirectory()) {
      const target = source.path.endsWith("/")
        ? remotePath
        : posix.join(remotePath, path.basename(source.path));
      await remote.ensureFolder(remotePath);
      await copyFolder(remote, source.path, target);
    } else if (there?.isDirectory()) {
      await remote.put(source.path, posix.join(remotePath, path.basename(source.path)));
    } else {
      if (!there) await remote.ensureFolder(posix.dirname(remotePath));
      await remote.put(source.path, remotePath);
    }
  } finally {
    client.end();
  }
}

async function copyFolder(remote, from, to) {
  await remote.ensureFolder(to);
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isDirectory())
      await copyFolder(remote, path.join(from, entry.name), posix.join(to, entry.name));
    else await remote.put(path.join(from, entry.name), posix.join(to, entry.name));
}

/** The few file operations needed, as promises whose errors name the remote path. */
function remoteFiles(sftp) {
  const call = async (what, method, ...args) => {
    try {
      return await promisify(sftp[method].bind(sftp))(...args);
    } catch (error) {
      throw Object.assign(new Error(`failed to ${what}: ${error.message}`), { code: error.code });
    }
  };
  const NO_SUCH_FILE = 2;
  const stat = (file) =>
    call(`stat remote path ${file}`, "stat", file).catch((error) => {
      if (error.code !== NO_SUCH_FILE) throw error;
    });
  const ensureFolder = async (folder) => {
    const there = await stat(folder);
    if (there && !there.isDirectory()) throw new Error(`remote path ${folder} exists but is not a directory`);
    if (there) return;
    await ensureFolder(posix.dirname(folder));
    await call(`create remote directory ${folder}`, "mkdir", folder);
  };
  return {
    stat,
    ensureFolder,
    put: (from, to) => call(`copy file ${from} to remote path ${to}`, "fastPut", from, to),
    write: (file, text) => call(`write text content to remote path ${file}`, "writeFile", file, text),
  };
}

module.exports = { copyToRemote };
