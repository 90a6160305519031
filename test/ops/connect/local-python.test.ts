/** What of a local Python keeps it from a cluster. That Ray refuses and takes the same is its own business: ray/util/client. */
import { expect, test } from "vitest";
import { fittingEnvironment, localPython, misfits } from "../../../ops/connect/local-python";

const there = { python: "3.11.2", ray: "2.60.0" };

test("Python counts but for its last number, Ray to its last", () => {
  const here = (python: string, ray?: string) =>
    misfits("python3", { program: "python3", python, ray }, there);
  expect(here("3.11.9", "2.60.0")).toEqual([]);
  expect(here("3.12.2", "2.60.1")).toEqual([
    "python3 here is Python 3.12.2, the cluster has 3.11.2",
    "python3 here has Ray 2.60.1, the cluster has 2.60.0",
  ]);
  expect(here("3.1.2")).toEqual([
    "python3 here is Python 3.1.2, the cluster has 3.11.2",
    "python3 here has no Ray, the cluster has 2.60.0",
  ]);
  expect(misfits("python4", undefined, there)).toEqual(["there is no python4 here"]);
  // An image of somebody's own has a Python that only its maker knows.
  expect(
    misfits("python3", { program: "python3", python: "3.8.1", ray: "2.60.0" }, { ray: "2.60.0" }),
  ).toEqual([]);
});

test("the commands that make one which fits", () => {
  expect(fittingEnvironment("venv", there, true)).toBe(
    "uv venv --python 3.11 venv && uv pip install --python venv/bin/python 'ray[client]==2.60.0'",
  );
  expect(fittingEnvironment("venv", there, false)).toBe(
    "python3.11 -m venv venv && venv/bin/python -m pip install 'ray[client]==2.60.0'",
  );
  expect(fittingEnvironment("venv", { ray: "2.49.2" }, false)).toBe(
    "python3 -m venv venv && venv/bin/python -m pip install 'ray[client]==2.49.2'",
  );
});

test("a Python is asked, and one that is none is none", async () => {
  expect((await localPython("python3"))?.python).toMatch(/^3\.\d+\.\d+/);
  expect(await localPython("/no/python")).toBeUndefined();
  expect(await localPython("true")).toBeUndefined();
});
