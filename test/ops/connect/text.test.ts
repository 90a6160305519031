/** What `./berth connect` prints. That its example works is shown in test/integration/ray.test.ts. */
import { expect, test } from "vitest";
import { connectText } from "../../../ops/connect/text";

const answer = {
  stack: "cognition",
  cluster: "mind",
  env: { RAY_ADDRESS: "ray://127.0.0.1:10001", RAY_AUTH_TOKEN_PATH: "/home/ana's/mind.token" },
  versions: { python: "3.11.2", ray: "2.60.0" },
  here: { program: "python3", python: "3.12.1", ray: undefined },
};

test("variables, and comments", () => {
  const text = connectText({ ...answer, misfits: ["this differs", "and that"], remedy: "make one" });
  expect(text).toMatchInlineSnapshot(`
    "export RAY_ADDRESS='ray://127.0.0.1:10001'
    export RAY_AUTH_TOKEN_PATH='/home/ana'\\''s/mind.token'
    # mind has Ray 2.60.0 and Python 3.11.2; this differs; and that
    # One that fits:  make one
    # While  ./berth forward cognition mind --local 8265,10001  runs, in a Python with these variables:
    #   import ray
    #
    #   ray.init()
    #
    #   @ray.remote
    #   def square(number):
    #       return number * number
    #
    #   print(ray.get([square.remote(number) for number in range(10)]))
    #   ray.shutdown()"
  `);
  expect(connectText({ ...answer, misfits: [] }).split("\n")[2]).toBe(
    "# mind has Ray 2.60.0 and Python 3.11.2; what is here fits.",
  );
  expect(connectText({ ...answer, versions: null, misfits: [] }).split("\n")[2]).toBe(
    "# which Ray and Python mind has, is known after the next  ./berth up cognition",
  );
});
