/**
 * Arguments of rsync that copy the listed files (NUL-separated on stdin) of a code tree into a version's folder on a node. What did
 * not change since the current version is a hard link there and is not sent again.
 */
export function syncArguments(root: string, remoteDirectory: string): string[] {
  return [
    "--archive",
    "--checksum",
    "--no-owner",
    "--no-group",
    "--protect-args",
    "--timeout=60",
    "--files-from=-",
    "--from0",
    "--link-dest=../current",
    "--",
    `${root}/`,
    `node:${remoteDirectory}/`,
  ];
}
