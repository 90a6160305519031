"use strict";

const { Metadata } = require("@grpc/grpc-js");
const { ErrorResourceInitFailed } = require("@pulumi/pulumi/proto/provider_pb");
const { Status } = require("@pulumi/pulumi/proto/status_pb");
const { Any } = require("google-protobuf/google/protobuf/any_pb");
const { filled } = require("../messages.cjs");

const UNKNOWN_CODE = 2;

/** The error by which the engine learns that a resource is there but not as it should be, and keeps it in the state. */
function partialFailure({ id, message, reasons, properties, inputs }) {
  const detail = filled(new ErrorResourceInitFailed(), {
    Id: id,
    Properties: properties,
    ReasonsList: [message, ...reasons],
    ...(inputs && { Inputs: inputs }),
  });
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = filled(new Status(), { Code: UNKNOWN_CODE, Message: message, DetailsList: [any] });
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return Object.assign(new Error(message), { metadata });
}

module.exports = { partialFailure };
