/** What the words of `./berth forward` mean, and where that is by the outputs. */
import { expect, test } from "vitest";
import { forwardTargets, labelOf, placeOf, urlOf, usualPort } from "../../../ops/forward/target";
import type { StackOutputs } from "../../../ops/stack/outputs";

const outputs: StackOutputs = {
  instances: {
    critic: { node: "jetson", address: "192.0.2.1", port: 9001 },
    lonely: { node: "rpi1", address: "192.0.2.2" },
    "mind-head": { node: "jetson", address: "192.0.2.1", port: 20128 },
  },
  rayClusters: {
    mind: {
      address: "192.0.2.1:20128",
      head: "jetson",
      members: { "mind-head": "jetson" },
      token: "[secret]",
    },
    brain: { launcher: "kuberay", name: "brain", namespace: "cognition", context: "lab" },
  },
  sharedRayClusters: {
    "ray-gpu": { launcher: "kuberay", name: "ray-gpu", namespace: "ray", context: "lab" },
  },
};
const nodes = ["jetson", "rpi1"];
const targets = (...words: string[]) => forwardTargets("mine", words, outputs, nodes).map(labelOf);

test("no word is all that has a port; members of Ray clusters go by their cluster", () => {
  expect(targets()).toEqual([
    "mind dashboard",
    "mind client",
    "brain dashboard",
    "brain client",
    "ray-gpu dashboard",
    "ray-gpu client",
    "critic",
  ]);
});

test("words, each once", () => {
  expect(targets("mind:client", "critic", "mind", "rpi1:80", "critic:8080")).toEqual([
    "mind client",
    "critic",
    "mind dashboard",
    "rpi1 80",
    "critic 8080",
  ]);
});

test("words that mean nothing, all of them at once", () => {
  expect(() => targets("minds", "lonely", "mind:console", "rpi1:70000")).toThrow(
    `berth: mine runs nothing called "minds", and no node of its is, did you mean "mind"?; after an update:  ./berth up mine
berth: lonely has no port of its own; say which, such as lonely:8000
berth: mind:console: expected dashboard, client, a port from 1 to 65535 after the colon, got "console"
berth: rpi1:70000: expected a port from 1 to 65535 after the colon, got "70000"`,
  );
  expect(() => forwardTargets("mine", [], { instances: {} }, nodes)).toThrow(
    "berth: mine has no Ray cluster and no instance with network: peers, so there is no port to bring here; name one, such as jetson:8000",
  );
});

test("where it is, and what is typed here", () => {
  const where = (word: string) => {
    const [target] = forwardTargets("mine", [word], outputs, nodes);
    const place = placeOf(target!, outputs, nodes)!;
    return [place, urlOf(target!, usualPort(target!, place))];
  };
  expect(where("mind:dashboard")).toEqual([
    { node: "jetson", host: "127.0.0.1", port: 20130 },
    "http://127.0.0.1:8265",
  ]);
  expect(where("mind:client")).toEqual([
    { node: "jetson", host: "192.0.2.1", port: 20129 },
    "ray://127.0.0.1:10001",
  ]);
  expect(where("critic")).toEqual([{ node: "jetson", host: "192.0.2.1", port: 9001 }, "127.0.0.1:9001"]);
  expect(where("rpi1:80")).toEqual([{ node: "rpi1", host: "127.0.0.1", port: 80 }, "127.0.0.1:80"]);
  expect(where("lonely:80")).toEqual([{ node: "rpi1", host: "127.0.0.1", port: 80 }, "127.0.0.1:80"]);
  const pod = { context: "lab", namespace: "ray", rayCluster: "ray-gpu" };
  expect(where("ray-gpu:client")).toEqual([{ ...pod, port: 10001 }, "ray://127.0.0.1:10001"]);
  expect(where("ray-gpu:6379")).toEqual([{ ...pod, port: 6379 }, "127.0.0.1:6379"]);
  expect(placeOf({ name: "gone", port: "client" }, outputs, nodes)).toBeUndefined();
  expect(placeOf({ name: "lonely", port: "peer" }, outputs, nodes)).toBeUndefined();
});
