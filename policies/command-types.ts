/** Of the command package: what runs something over SSH with a connection of its own. Berth does not, a stack of one's own may. */
export const remoteTypes = [
  "command:remote:Command",
  "command:remote:CopyToRemote",
  "command:remote:CopyFile",
];
/** What runs a text. */
export const commandTypes = ["command:remote:Command", "command:local:Command"];
/** The properties that hold such texts. */
export const commandTexts = ["create", "update", "delete"];
