/** What of a log's last line stands in the table of `./berth status`. */
import { expect, test } from "vitest";
import { lastWords } from "../../../ops/terminal/last-words";

test.each([
  ["step 10", "step 10"],
  ['{"t": 1, "instance": "a", "step": 10, "mood": "calm"}', "step=10 mood=calm"],
  ["42", "42"],
  ['"done"', '"done"'],
  ["[1, 2]", "[1, 2]"],
  ["null", "null"],
  ["\u001b[1;31mloss\u001b[0m 0.5\u001b[K", "loss 0.5"],
  ["step\b\b\t3\u0007", "step 3 "],
  ['{"text": "two\\nlines \\u001b[2Jgone"}', "text=two lines gone"],
])("%j is shown as %j", (line, shown) => {
  expect(lastWords(line)).toBe(shown);
});
