import { versions } from "./environment.mjs";

export const nodeVersion = {
  name: "Node",
  state: () =>
    Number.parseInt(process.versions.node, 10) >= versions.nodeMajor ? process.versions.node : undefined,
  install() {
    throw new Error(
      `Node ${process.versions.node} is too old, Berth needs ${versions.nodeMajor} or newer: https://nodejs.org/download`,
    );
  },
};
