"use strict";

// Pulumi would compile the pack with all its checks at each preview. tsx only takes the types away and keeps what it made by
// the files' contents: nothing to build, and nothing that could be stale.
require("tsx/cjs/api").register();
require("./index.ts");
