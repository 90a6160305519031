/** What a node's answer means. Real nodes, and what is wrong before they answer, are in test/integration/doctor.test.ts. */
import { expect, test } from "vitest";
import { type Examined, examinedNode } from "../../../ops/doctor/node";

const sound: Examined = {
  python: "3.11.2",
  rsync: "/usr/bin/rsync",
  disk_bytes: 100e9,
  disk_free_bytes: 50e9,
  work_dir: "/home/pi/berth",
  not_writable: null,
  clock_ahead_s: 0.2,
  prepared: true,
  code: ["f00d"],
  instances: [{ id: "critic", state: "running", restarts: 0, exit: null }],
  listening: [9001],
};
const wanted = { stack: "mine", ports: { critic: 9001 }, code: "f00d" };
const said = (change: Partial<Examined>, more: object = {}) =>
  examinedNode("rpi1", { ...sound, ...change }, { ...wanted, ...more })
    .filter(({ state }) => state !== "ok")
    .map(({ state, check, found, remedy }) => [state, check, found, ...(remedy ? [remedy] : [])].join(" | "));

test("a sound node", () => {
  expect(said({})).toEqual([]);
  expect(said({ instances: [], listening: [] }, { ports: {}, code: undefined })).toEqual([
    "skipped | code | none belongs there",
    "skipped | processes | none belongs there",
    "skipped | ports | none belongs to an instance there",
  ]);
});

test("everything that can be wrong, with its remedy", () => {
  expect(
    said({
      rsync: null,
      disk_free_bytes: 4.9e9,
      not_writable: "/home/pi/berth",
      clock_ahead_s: -31,
      code: ["beef"],
    }),
  ).toEqual([
    "failed | rsync | there is none | type there  sudo apt-get install rsync",
    "failed | disk | 4.9 of 100.0 GB free | make room in /home/pi/berth there; old logs lie in /home/pi/berth/logs",
    "failed | work directory | this login cannot write in /home/pi/berth | change who owns it, or remote_work_dir of rpi1 in the cluster file",
    "failed | code | it is not as here: beef instead of f00d | copy it with  ./berth up mine",
    "failed | clock | it is 31 s behind this computer's | set it there, best with  sudo timedatectl set-ntp true",
  ]);
  // At the limits nothing is wrong.
  expect(said({ disk_free_bytes: 5e9, clock_ahead_s: 30 })).toEqual([]);
});

test("how processes ended", () => {
  const instance = (change: object) =>
    said({ instances: [{ ...sound.instances[0]!, ...change }], listening: [] });
  const exit = (change: object) => ({ code: null, signal: null, reason: "exit", ...change });
  expect(instance({ state: "failed", exit: exit({ signal: "SIGKILL", reason: "memory-limit" }) })).toEqual([
    "failed | processes | critic is failed: it held more than its memory | raise its ram_gb in the scenario, or lower what it takes; then  ./berth up mine",
  ]);
  expect(instance({ state: "dead" })).toEqual([
    "failed | processes | critic is dead | read  ./berth logs mine critic  and  ./berth drift mine",
  ]);
  expect(instance({ restarts: 3, exit: exit({ signal: "SIGSEGV", reason: "signal" }) })).toEqual([
    "failed | processes | critic runs, and was started again 3 times: ended by SIGSEGV | read  ./berth logs mine critic",
  ]);
  expect(instance({ state: "completed", exit: exit({ code: 0 }) })).toEqual([]);
});

test("a port that somebody else has", () => {
  expect(said({ instances: [] })).toEqual([
    "skipped | processes | none belongs there",
    "failed | ports | 9001, which is critic's, is taken by another program | see there  ss -ltnp sport = :9001  and end it, or change peer_port_range of the cluster file",
  ]);
});
