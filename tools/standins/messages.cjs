"use strict";

/** Sets the named fields of a protobuf message. */
function filled(message, fields) {
  for (const [field, value] of Object.entries(fields)) message[`set${field}`](value);
  return message;
}

const fromStruct = (struct) => struct?.toJavaScript() ?? {};

module.exports = { filled, fromStruct };
