/** Does `work` once more when it fails: downloads do now and then. `report` gets the first failure in a line; the second is thrown. */
export async function tryTwice(work, report) {
  try {
    return await work();
  } catch (error) {
    report(`once more after: ${error.message.split("\n").pop()}`);
    return work();
  }
}
